package bytegrad.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * Where the script {@code ./bytegrad} enters the JVM: gives the process its standard error back, then runs {@link Main}.
 *
 * <p>No option of the JVM hides its warning about incubator modules, which it prints before any of our code runs. So the
 * script starts the JVM with standard error on the null device and the real one on descriptor 3; a filter behind a pipe
 * would lose the terminal, and could still be printing after the exit.
 */
public final class Launch {
    private static final int STDERR = 2;

    private Launch() {}

    /**
     * Restores standard error from the descriptor in the system property {@code bytegrad.stderr}, if set, and runs
     * {@link Main}.
     *
     * @param args the words after {@code ./bytegrad}
     */
    public static void main(String[] args) {
        Integer saved = Integer.getInteger("bytegrad.stderr");
        if (saved != null) {
            duplicate(saved, STDERR);
        }
        Main.main(args);
    }

    /** {@code dup2}: the JDK has no way to point an open descriptor elsewhere. */
    @SuppressWarnings("restricted")
    private static void duplicate(int from, int to) {
        Linker linker = Linker.nativeLinker();
        var dup2 = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int result = (int) dup2.invokeExact(from, to);
            if (result < 0) {
                System.out.println("bytegrad: cannot restore standard error; messages are lost");
            }
        } catch (Throwable e) {
            throw new AssertionError("dup2 does not throw", e);
        }
    }
}
