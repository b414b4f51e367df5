package bytegrad.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a malformed text is told: the place, what was expected and what stands there. */
class ParserErrorTest {
    private static final String HEAD = "graph\nx: f32[2,3] = input \"x\"\n";

    /** Each line is the third of a text whose second declares x. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            y                                  | 3:2: expected ":" but found the end of the text
            y f32[2]                           | 3:3: expected ":" but found "f32"
            y: f16[2,3] = neg(x)               | 3:4: expected a dtype (f32, f64, i32, i64, bool, u8, i8, i16 or bf16) but found "f16"
            y: f32 = neg(x)                    | 3:8: expected "[" but found "="
            y: f32[2;3] = neg(x)               | 3:8: expected an integer but found "2"
            y: f32[2 3] = neg(x)               | 3:10: expected "]" but found "3"
            y: f32[-2] = neg(x)                | 3:4: shape [-2] has a negative extent
            y: f32[99999,99999] = neg(x)       | 3:4: shape [99999, 99999] has more than 2^31-1 elements
            y: f32[99999999999] = neg(x)       | 3:8: expected an integer but found "99999999999"
            y: f32[1,1,1,1,1,1,1,1,1] = neg(x) | 3:24: expected at most 8 numbers, one for each axis
            y: f32[2,3] neg(x)                 | 3:13: expected "=" but found "neg"
            y: f32[2,3] = 7                    | 3:15: expected an operation but found "7"
            y: f32[2,3] = frobnicate(x)        | 3:15: expected an operation but found "frobnicate"
            y: f32[2,3] = neg                  | 3:15: neg: takes 1 operand, not 0
            y: f32[2,3] = neg()                | 3:19: expected a node's name but found ")"
            y: f32[2,3] = neg(z)               | 3:19: expected a node defined above but found "z"
            y: f32[2,3] = neg(y)               | 3:19: expected a node defined above but found "y"
            y: f32[2,3] = neg(%)               | 3:19: expected a node's name but found "%"
            y: f32[2,3] = neg(x                | 3:20: expected ")" but found the end of the text
            y: f32[2,3] = neg(x x)             | 3:21: expected ")" but found "x"
            y: f32[2,3] = neg(x) x             | 3:22: expected the end of the line but found "x"
            y: f32[2,3] = neg(x, x)            | 3:15: neg of f32[2,3], f32[2,3]: takes 1 operand, not 2
            y: f64[2,3] = neg(x)               | 3:15: expected y to be f32[2,3], as neg gives, but found the type f64[2,3]
            y: f32[2,3] = and(x, x)            | 3:15: and of f32[2,3], f32[2,3]: not defined on f32; cast the operand
            x: f32[2,3] = neg(x)               | 3:1: expected a new name but x is defined above
            %x: f32[2,3] = neg(x)              | 3:1: expected a node, output or update but found "%x"
            graph: f32[2,3] = neg(x)           | 3:1: expected a node, output or update but found "graph"
            output: f32[2,3] = neg(x)          | 3:7: expected an output's name in quotes but found ":"
            y: f32[2] = reduce_sum(x)          | 3:26: expected "axes=" but found the end of the text
            y: f32[2] = reduce_sum(x) axis=[1] | 3:27: expected "axes=" but found "axis"
            y: f32[2] = reduce_sum(x) axes=1   | 3:32: expected "[" but found "1"
            y: f32[2] = reduce_sum(x) axes=[2] | 3:13: reduce_sum of f32[2,3]: axis 2 is not one of f32[2,3] (0 to 1)
            y: f32[2] = reduce_mean(x) axes=[] | 3:13: expected an operation but found "reduce_mean"
            y: i32[2] = argmax(x) axis=        | 3:28: expected an integer but found the end of the text
            y: f32[2,3] = reshape(x) shape=[]  | 3:26: expected the end of the line but found "shape"
            y: f32[7] = reshape(x)             | 3:13: reshape of f32[2,3]: cannot become [7]: 6 elements are not 7
            y: f32[2,3] = neg(x) label=y       | 3:28: expected a label in quotes but found "y"
            y: f32[] = constant                | 3:20: expected a number in the range of f32, inf, -inf or nan but found the end of the text
            y: f32[] = constant 0x1p3          | 3:21: expected a number in the range of f32, inf, -inf or nan but found "0x1p3"
            y: f32[] = constant 1f             | 3:21: expected a number in the range of f32, inf, -inf or nan but found "1f"
            y: f32[] = constant 1e39           | 3:21: expected a number in the range of f32, inf, -inf or nan but found "1e39"
            y: f32[] = constant nan:7f800000   | 3:21: expected a number in the range of f32, inf, -inf or nan but found "nan"
            y: f32[] = constant .5             | 3:21: expected a number in the range of f32, inf, -inf or nan but found ".5"
            y: i32[] = constant 2147483648     | 3:21: expected an integer in the range of i32 but found "2147483648"
            y: i32[] = constant 1.5            | 3:21: expected an integer in the range of i32 but found "1.5"
            y: bool[] = constant 1             | 3:22: expected true or false but found "1"
            y: f32[3] = constant [1, 2]        | 3:27: expected 3 elements for f32[3] but found 2
            y: f32[3] = constant [1, 2, 3, 4]  | 3:32: expected 3 elements for f32[3] but found more
            y: f32[3] = constant [1, 2,        | 3:28: expected a number in the range of f32, inf, -inf or nan but found the end of the text
            y: f32[0] = constant 1             | 3:22: expected [] as the value of f32[0]
            y: f32[2147483647] = constant 1    | 3:31: one element stands for 2147483647; write it as a broadcast of a scalar
            y: f32[2147483647] = constant [1]  | 3:33: expected 2147483647 elements for f32[2147483647] but found 1
            y: f32[2,3] = input "x"            | 3:21: input "x" is declared twice
            y: f32[2,3] = input y              | 3:21: expected an input's name in quotes but found "y"
            y: f32[2,3] = input "y             | 3:23: expected a closing " but found the end of the text
            y: f32[2,3] = input "\\q"          | 3:23: expected one of " \\ n r t u after the backslash but found "q"
            y: f32[2,3] = input "\\u12g4"      | 3:26: expected four hexadecimal digits after \\u but found "g4"
            y: bool[2] = iota axis=0           | 3:14: iota: bool[2] cannot hold every index below 2 exactly; use i32 and cast
            y: f32[2,2] = pad(x) low=[0,0] high=[0,-1] interior=[0,0] fill=0.0 | 3:15: pad of f32[2,3]: axis 1: cannot pad by 0 before and -1 after; use slice to cut
            output y = x                       | 3:8: expected an output's name in quotes but found "y"
            output "y" = z                     | 3:14: expected a node defined above but found "z"
            output "y" x                       | 3:12: expected "=" but found "x"
            update "y" = x                     | 3:8: expected the name of an input above but found "\\""
            """)
    void aLineIsRefused(String line, String message) {
        assertRefused(HEAD + line, message);
    }

    @Test
    void theFrameIsRefused() {
        assertRefused("", "1:1: expected the word \"graph\" at the start but found the end of the text");
        assertRefused("digraph {", "1:1: expected the word \"graph\" at the start but found \"digraph\"");
        assertRefused("graph {", "1:7: expected the end of the line but found \"{\"");
        assertRefused("graph\n", "2:1: expected an output or update line but found the end of the text");
        assertRefused(HEAD + "output \"y\" = x\noutput \"y\" = x\n", "4:8: output \"y\" is declared twice");
        assertRefused(HEAD + "update \"x\" = x\nupdate \"x\" = x\n", "4:8: update \"x\" is declared twice");
        assertRefused(HEAD + "y: f32[3,2] = transpose(x) axes=[1,0]\nupdate \"x\" = y\n",
                "4:14: expected a f32[2,3], the type of \"x\", but found a f32[3,2]");
        assertRefused(HEAD + "output \"a\tb\" = x", "3:10: expected an escape for a control character in a string but found \"\\t\"");
        assertRefused(HEAD + "\u0000", "3:1: expected a node, output or update but found \"\\u0000\"");
        assertRefused(HEAD + "y: f32[] = constant " + "1".repeat(500), "3:21: expected a number of at most 400 characters");
    }

    @Test
    void aLongWordIsCutInTheMessage() {
        GraphSyntaxException e = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(HEAD + "y: " + "d".repeat(100_000)));
        assertTrue(e.getMessage().length() < 150);
        String many = HEAD + "y: f32[2,3] = neg(x" + ", x".repeat(100_000) + ")";
        assertTrue(assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(many)).getMessage().endsWith("takes 1 operand, not 100001"));
        String name = "n".repeat(100_000);
        e = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(HEAD + "y: f32[] = input \"" + name + "\"\nz: f32[] = input \"" + name + "\""));
        assertTrue(e.getMessage().length() < 500);
    }

    private static void assertRefused(String text, String message) {
        GraphSyntaxException e = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(text, "m.graph"));
        assertEquals("m.graph:" + message, e.getMessage());
    }

    @Test
    void aFileIsNamedInTheMessage(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("bad.graph");
        Files.writeString(file, "graph\nx\n");
        GraphSyntaxException e = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(file));
        assertEquals(file + ":2:2: expected \":\" but found the end of the line", e.getMessage());
        assertEquals(2, e.line());
        assertEquals(2, e.column());
        Files.write(file, new byte[] {'g', 'r', '\n', 'a', (byte) 0xff, 'p'});
        e = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(file));
        assertEquals(file + ":2:2: expected UTF-8 but found a byte that is none", e.getMessage());
    }

    @Test
    void aConstantCannotAskForMoreMemoryThanItsText() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 0; i < 10_000; i++) {
            text.append("%").append(i).append(": f64[4000000] = constant ").append(i).append('\n');
        }
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(text.toString())));
    }

    /** Whatever happens to the text of a graph, it is read or refused, with one line, by our own exception. */
    @Test
    void anyDamageIsReadOrRefused() {
        String text = GraphPrinter.print(EveryKind.graph());
        Random random = new Random(Long.getLong("bytegrad.seed", 1));
        String alphabet = "()[]=:,\"\\%#-.0123456789abcxyz \n\u00e9";
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            StringBuilder s = new StringBuilder(text);
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                int at = random.nextInt(s.length());
                switch (random.nextInt(4)) {
                    case 0 -> s.deleteCharAt(at);
                    case 1 -> s.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    case 2 -> s.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                    case 3 -> s.setLength(at + 1);
                }
            }
            try {
                RoundTripTest.assertRoundTrip(GraphParser.parse(s.toString()));
            } catch (GraphSyntaxException e) {
                refused++;
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
        assertTrue(refused > 1000);
    }
}
