package bytegrad.ir.pass;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimplifyViewsTest {
    private static final SimplifyViews PASS = new SimplifyViews();

    /** Chains of ops, each on the one before, from x: f64[2,3,4], u: f64[1,3,1], s: f64[], e: f64[0,3]. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x [2,3,4] reshape                                                          | x
            x [24] reshape; [6,4] reshape                                              | x [6,4] reshape
            x [24] reshape; [2,3,4] reshape                                            | x
            x [2,3,4] transpose axes=[0,1,2]                                           | x
            x [3,4,2] transpose axes=[1,2,0]; [4,2,3] transpose axes=[1,2,0]           | x [4,2,3] transpose axes=[2,0,1]
            x [3,4,2] transpose axes=[1,2,0]; [2,3,4] transpose axes=[2,0,1]           | x
            u [3,1,1] transpose axes=[1,0,2]                                           | u [3,1,1] reshape
            x [2,3,4] broadcast axes=[0,1,2]                                           | x
            x [1,2,3,1,4] broadcast axes=[1,2,4]                                       | x [1,2,3,1,4] reshape
            x [5,2,3,4] broadcast axes=[1,2,3]; [5,2,6,3,4] broadcast axes=[0,1,3,4]   | x [5,2,6,3,4] broadcast axes=[1,3,4]
            u [5,3,2] broadcast axes=[0,1,2]                                           | u [3] reshape; [5,3,2] broadcast axes=[1]
            s [1,1] reshape                                                            | s [1,1] broadcast axes=[]
            s [1] broadcast axes=[]; [] reshape; [1,1] broadcast axes=[]               | s [1,1] broadcast axes=[]
            s [5,3] broadcast axes=[]; [15] reshape                                    | s [15] broadcast axes=[]
            s [5,3] broadcast axes=[]; [3,5] transpose axes=[1,0]                      | s [3,5] broadcast axes=[]
            s [5,3] broadcast axes=[]; [5,3] flip axes=[0,1]                           | s [5,3] broadcast axes=[]
            s [5,3] broadcast axes=[]; [2,3] slice starts=[1,0] limits=[5,3] strides=[2,1] | s [2,3] broadcast axes=[]
            x [5,2,3,4] broadcast axes=[1,2,3]; [4,5,3,2] transpose axes=[3,0,2,1]     | x [4,3,2] transpose axes=[2,1,0]; [4,5,3,2] broadcast axes=[0,2,3]
            x [5,2,3,4] broadcast axes=[1,2,3]; [2,5,3,4] transpose axes=[1,0,2,3]     | x [2,5,3,4] broadcast axes=[0,2,3]
            x [5,2,3,4] broadcast axes=[1,2,3]; [5,1,2,3,1,4] reshape                  | x [5,1,2,3,1,4] broadcast axes=[2,3,5]
            x [5,2,3,4] broadcast axes=[1,2,3]; [5,2,3,4] flip axes=[0,2]              | x [2,3,4] flip axes=[1]; [5,2,3,4] broadcast axes=[1,2,3]
            x [5,2,3,4] broadcast axes=[1,2,3]; [5,2,3,4] flip axes=[0]                | x [5,2,3,4] broadcast axes=[1,2,3]
            x [5,2,3,4] broadcast axes=[1,2,3]; [3,2,2,4] slice starts=[1,0,1,0] limits=[4,2,3,4] strides=[1,1,1,1] | x [2,2,4] slice starts=[0,1,0] limits=[2,3,4] strides=[1,1,1]; [3,2,2,4] broadcast axes=[1,2,3]
            x [2,3,4] slice starts=[0,0,0] limits=[2,3,4] strides=[1,1,1]              | x
            x [1,2,2] slice starts=[0,0,0] limits=[2,3,4] strides=[7,2,2]              | x [1,2,2] slice starts=[0,0,0] limits=[1,3,3] strides=[1,2,2]
            x [2,2,4] slice starts=[0,1,0] limits=[2,3,4] strides=[1,1,1]; [2,1,2] slice starts=[0,1,1] limits=[2,2,4] strides=[1,1,2] | x [2,1,2] slice starts=[0,2,1] limits=[2,3,4] strides=[1,1,2]
            x [2,3,4] pad low=[0,0,0] high=[0,0,0] interior=[0,0,0] fill=1.5                            | x
            x [3,3,5] pad low=[1,0,0] high=[0,0,1] interior=[0,0,0] fill=1.5; [4,3,5] pad low=[0,0,0] high=[1,0,0] interior=[0,0,0] fill=1.5 | x [4,3,5] pad low=[1,0,0] high=[1,0,1] interior=[0,0,0] fill=1.5
            x [4,3,4] pad low=[1,0,0] high=[1,0,0] interior=[0,0,0] fill=0.0; [2,3,4] slice starts=[1,0,0] limits=[3,3,4] strides=[1,1,1] | x
            x [4,3,4] pad low=[1,0,0] high=[1,0,0] interior=[0,0,0] fill=0.0; [1,3,4] slice starts=[2,0,0] limits=[3,3,4] strides=[1,1,1] | x [1,3,4] slice starts=[1,0,0] limits=[2,3,4] strides=[1,1,1]
            x [6,3,4] pad low=[2,0,0] high=[2,0,0] interior=[0,0,0] fill=0.0; [2,3,4] slice starts=[1,0,0] limits=[3,3,4] strides=[1,1,1] | x [1,3,4] slice starts=[0,0,0] limits=[1,3,4] strides=[1,1,1]; [2,3,4] pad low=[1,0,0] high=[0,0,0] interior=[0,0,0] fill=0.0
            x [2,3,4] flip axes=[]                                                     | x
            u [1,3,1] flip axes=[0,1,2]                                                | u [1,3,1] flip axes=[1]
            u [1,3,1] flip axes=[0,2]                                                  | u
            x [2,3,4] flip axes=[0,1]; [2,3,4] flip axes=[1,2]                         | x [2,3,4] flip axes=[0,2]
            x [2,3,4] flip axes=[0,1]; [2,3,4] flip axes=[0,1]                         | x
            x [2,3,4] concat axis=1                                                    | x
            """)
    void becomes(String before, String after) {
        Golden.rewrites(PASS, chain(before), chain(after));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x [24] reshape; [24] flip axes=[0]
            x [3,2,4] transpose axes=[1,0,2]; [6,4] reshape
            x [3,3,5] pad low=[1,0,0] high=[0,0,1] interior=[0,0,0] fill=0.0; [4,3,5] pad low=[0,0,0] high=[1,0,0] interior=[0,0,0] fill=-0.0
            x [5,2,3,4] broadcast axes=[1,2,3]; [10,3,4] reshape
            x [4,3,4] pad low=[1,0,0] high=[1,0,0] interior=[0,0,0] fill=0.0; [2,3,4] slice starts=[0,0,0] limits=[3,3,4] strides=[2,1,1]
            """)
    void stays(String text) {
        Golden.leaves(PASS, chain(text));
    }

    /** {@code x [24] reshape; [4,6] reshape} as lines of graph text. */
    private static String chain(String text) {
        StringBuilder out = new StringBuilder();
        String[] ops = text.strip().split(" *; *");
        String last = ops[0].substring(0, 1);
        ops[0] = ops[0].substring(1).strip();
        out.append(last).append(": f64").append(switch (last) {
            case "x" -> "[2,3,4]";
            case "u" -> "[1,3,1]";
            default -> "[]";
        }).append(" = input \"").append(last).append("\"\n");
        for (int k = 0; k < ops.length && !ops[k].isEmpty(); k++) {
            String[] words = ops[k].split(" ", 3);
            String name = "%" + (k + 1);
            out.append(name).append(": f64").append(words[0]).append(" = ").append(words[1]).append('(').append(last).append(") ")
                    .append(words.length > 2 ? words[2] : "").append('\n');
            last = name;
        }
        return out.append("output \"y\" = ").append(last).append('\n').toString();
    }

    private static final String PARTS = "x: f64[2,3] = input \"x\"\nz: f64[2,2] = input \"z\"\n";

    @Test
    void aSliceOfAConcatIsOneOfItsPart() {
        Golden.rewrites(PASS, PARTS + """
                c: f64[2,5] = concat(x, z) axis=1
                first: f64[2,3] = slice(c) starts=[0,0] limits=[2,3] strides=[1,1]
                second: f64[1,1] = slice(c) starts=[1,4] limits=[2,5] strides=[1,1]
                across: f64[2,2] = slice(c) starts=[0,2] limits=[2,4] strides=[1,1]
                output "first" = first
                output "second" = second
                output "across" = across
                """, PARTS + """
                c: f64[2,5] = concat(x, z) axis=1
                second: f64[1,1] = slice(z) starts=[1,1] limits=[2,2] strides=[1,1]
                across: f64[2,2] = slice(c) starts=[0,2] limits=[2,4] strides=[1,1]
                output "first" = x
                output "second" = second
                output "across" = across
                """);
    }

    @Test
    void emptyPartsOfAConcatGo() {
        String none = "e: f64[2,0] = input \"e\"\n";
        Golden.rewrites(PASS, PARTS + none + "c: f64[2,3] = concat(x, e) axis=1\noutput \"y\" = c", "x: f64[2,3] = input \"x\"\noutput \"y\" = x");
        Golden.rewrites(PASS, PARTS + none + "c: f64[2,5] = concat(x, e, z) axis=1\noutput \"y\" = c",
                PARTS + "c: f64[2,5] = concat(x, z) axis=1\noutput \"y\" = c");
    }

    @Test
    void padsAndConcatsOfOneValueAreThatValue() {
        Golden.rewrites(PASS, """
                s: f64[] = constant -0.0
                %1: f64[2] = broadcast(s) axes=[]
                %2: f64[3] = pad(%1) low=[1] high=[0] interior=[0] fill=-0.0
                %3: f64[5] = concat(%1, %2) axis=0
                output "y" = %3
                """, "s: f64[] = constant -0.0\n%1: f64[5] = broadcast(s) axes=[]\noutput \"y\" = %1");
        Golden.leaves(PASS, "s: f64[] = constant 0.0\n%1: f64[2] = broadcast(s) axes=[]\n%2: f64[3] = pad(%1) low=[1] high=[0] interior=[0] fill=-0.0\noutput \"y\" = %2");
    }

    @Test
    void aSliceOfPaddingAloneIsTheFill() {
        Golden.rewrites(PASS, """
                x: f64[2] = input "x"
                %1: f64[5] = pad(x) low=[3] high=[0] interior=[0] fill=7.0
                %2: f64[2] = slice(%1) starts=[1] limits=[3] strides=[1]
                output "y" = %2
                """, "%0: f64[] = constant 7.0\n%1: f64[2] = broadcast(%0) axes=[]\noutput \"y\" = %1");
    }

    @Test
    void whatIsEmptyIsAConstant() {
        Golden.rewrites(PASS, """
                e: f64[0,3] = input "e"
                %1: f64[0,3] = exp(e)
                %2: f64[0,2] = slice(%1) starts=[0,1] limits=[0,3] strides=[1,1]
                output "y" = %2
                output "e" = e
                """, """
                e: f64[0,3] = input "e"
                %1: f64[] = constant 0.0
                %2: f64[0,2] = broadcast(%1) axes=[]
                output "y" = %2
                output "e" = e
                """);
    }

    /** It has no result, but its index out of range must still be refused. */
    @Test
    void anEmptyGatherStays() {
        Golden.leaves(PASS, "x: f64[2,0] = input \"x\"\ni: i32[3] = input \"i\"\n%2: f64[3,0] = gather(x, i) axis=0 batch=0\noutput \"y\" = %2");
        Golden.rewrites(PASS, "x: f64[2,3] = input \"x\"\ni: i32[0] = input \"i\"\n%2: f64[0,3] = gather(x, i) axis=0 batch=0\noutput \"y\" = %2",
                "%0: f64[] = constant 0.0\n%1: f64[0,3] = broadcast(%0) axes=[]\noutput \"y\" = %1");
    }
}
