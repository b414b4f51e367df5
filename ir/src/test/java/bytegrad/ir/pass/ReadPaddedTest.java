package bytegrad.ir.pass;

import org.junit.jupiter.api.Test;

class ReadPaddedTest {
    private static final Pass PASS = new ReadPadded();
    private static final String Y = "x: f64[2,6,3] = input \"x\"\n%1: f64[2,6,3] = sin(x)\n";
    private static final String PAD = "%2: f64[2,9,3] = pad(%1) low=[0,1,0] high=[0,2,0] interior=[0,0,0] fill=0.0\noutput \"p\" = %2\n";
    private static final String SUM = "%3: f64[3] = reduce_sum(%1) axes=[0,1]\noutput \"s\" = %3\n";

    /** A convolution's cotangent: padded for the gradient by the data, added up for that by the bias. */
    @Test
    void allReadersReadThePaddedOne() {
        Golden.rewrites(PASS, Y + PAD + SUM, Y + PAD + """
                %3: f64[2,6,3] = slice(%2) starts=[0,1,0] limits=[2,7,3] strides=[1,1,1]
                %4: f64[3] = reduce_sum(%3) axes=[0,1]
                output "s" = %4
                """);
    }

    /** Both are told where to read: those of the reshape that is padded, and those of what it is a reshape of. */
    @Test
    void throughAReshape() {
        String apart = "x: f64[2,2,3,3] = input \"x\"\n%1: f64[2,2,3,3] = sin(x)\n%2: f64[2,6,3] = reshape(%1)\n";
        String pad = PAD.replace("%1", "%9").replace("%2", "%3").replace("%9", "%2");
        Golden.rewrites(PASS, apart + pad + "%4: f64[3] = reduce_sum(%2) axes=[0,1]\noutput \"s\" = %4\n%5: f64[2,2,3,3] = neg(%1)\noutput \"n\" = %5\n", apart + pad + """
                %4: f64[2,6,3] = slice(%3) starts=[0,1,0] limits=[2,7,3] strides=[1,1,1]
                %5: f64[3] = reduce_sum(%4) axes=[0,1]
                output "s" = %5
                %6: f64[2,2,3,3] = reshape(%4)
                %7: f64[2,2,3,3] = neg(%6)
                output "n" = %7
                """);
    }

    @Test
    void whatIsStoredElsewhereStays() {
        // Nothing else reads it.
        Golden.leaves(PASS, Y + PAD);
        // It is an output, and has a buffer of its own.
        Golden.leaves(PASS, Y + PAD + SUM + "output \"y\" = %1\n");
        // An input has, too.
        Golden.leaves(PASS, (Y + PAD + SUM).replace("pad(%1)", "pad(x)").replace("reduce_sum(%1)", "reduce_sum(x)"));
        // Much more padding than there is to be padded.
        Golden.leaves(PASS, Y + PAD.replace("[2,9,3]", "[2,19,3]").replace("high=[0,2,0]", "high=[0,12,0]") + SUM);
        // Elements apart.
        Golden.leaves(PASS, Y + PAD.replace("[2,9,3]", "[2,11,3]").replace("high=[0,2,0] interior=[0,0,0]", "high=[0,0,0] interior=[0,0,0]")
                .replace("low=[0,1,0] high=[0,0,0] interior=[0,0,0]", "low=[0,0,0] high=[0,0,0] interior=[0,1,0]") + SUM);
        // A contraction stores it as it goes.
        Golden.leaves(PASS, """
                x: f64[2,6,4] = input "x"
                w: f64[4,3] = input "w"
                %0: f64[2,6,3] = contract(x, w) left_batch=[] right_batch=[] left_contract=[2] right_contract=[0]
                %1: f64[2,6,3] = sin(%0)
                """ + PAD + SUM);
    }
}
