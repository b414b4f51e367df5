package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What one command, run in this JVM, came to. */
record Outcome(int code, String out, String err) {
    static Outcome of(Object... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] args = new String[words.length];
        for (int i = 0; i < args.length; i++) {
            args[i] = words[i].toString();
        }
        int code = Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Outcome(code, out.toString(), err.toString());
    }

    /** Fails unless the command did what it was asked for; the output. */
    String done() {
        assertEquals("", err);
        assertEquals(Main.DONE, code, out);
        return out;
    }

    /** Fails unless the command ended with one line, on standard error, that has all these parts. */
    void refused(String... parts) {
        failed(Main.BAD_INPUT, parts);
    }

    void failed(int wanted, String... parts) {
        assertEquals(wanted, code, out + err);
        assertEquals(1, err.lines().count(), err);
        assertTrue(err.startsWith("bytegrad: "), err);
        for (String part : parts) {
            assertTrue(err.contains(part), () -> "\"" + part + "\" should be in: " + err);
        }
    }
}
