package bytegrad.ir.pass;

import org.junit.jupiter.api.Test;

class JoinTapsTest {
    private static final Pass PASS = new JoinTaps();

    /** The gradient by a convolution's weights, with strides. */
    @Test
    void tapsAndChannelsBecomeOneAxis() {
        Golden.rewrites(PASS,
                """
                x: f64[2,7,9,3] = input "x"
                dy: f64[2,5,4,2] = input "dy"
                %2: f64[2,5,4,3,3,2] = window(x) axes=[1,2] sizes=[3,2] strides=[1,2] dilations=[1,1]
                %3: f64[2,5,4,3,2,3] = transpose(%2) axes=[0,1,2,4,5,3]
                %4: f64[3,2,3,2] = contract(%3, dy) left_batch=[] right_batch=[] left_contract=[0,1,2] right_contract=[0,1,2]
                output "y" = %4
                """,
                """
                x: f64[2,7,9,3] = input "x"
                dy: f64[2,5,4,2] = input "dy"
                %2: f64[2,7,27] = reshape(x)
                %3: f64[2,5,4,3,6] = window(%2) axes=[1,2] sizes=[3,6] strides=[1,6] dilations=[1,1]
                %4: f64[3,6,2] = contract(%3, dy) left_batch=[] right_batch=[] left_contract=[0,1,2] right_contract=[0,1,2]
                %5: f64[3,2,3,2] = reshape(%4)
                output "y" = %5
                """);
    }

    @Test
    void ofTheRightOperandToo() {
        Golden.rewrites(PASS,
                """
                x: f64[7,3] = input "x"
                dy: f64[5,2] = input "dy"
                %2: f64[5,3,3] = window(x) axes=[0] sizes=[3] strides=[1] dilations=[1]
                %3: f64[5,3,3] = transpose(%2) axes=[0,2,1]
                %4: f64[2,3,3] = contract(dy, %3) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]
                output "y" = %4
                """,
                """
                x: f64[7,3] = input "x"
                dy: f64[5,2] = input "dy"
                %2: f64[21] = reshape(x)
                %3: f64[5,9] = window(%2) axes=[0] sizes=[9] strides=[3] dilations=[1]
                %4: f64[2,9] = contract(dy, %3) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]
                %5: f64[2,3,3] = reshape(%4)
                output "y" = %5
                """);
    }

    /** Contracted channels, taps apart, channels in front of taps. */
    @Test
    void whatIsNotOneRunIsLeft() {
        Golden.leaves(PASS,
                """
                x: f64[7,3] = input "x"
                w: f64[3,3,2] = input "w"
                %2: f64[5,3,3] = window(x) axes=[0] sizes=[3] strides=[1] dilations=[1]
                %3: f64[5,2] = contract(%2, w) left_batch=[] right_batch=[] left_contract=[2,1] right_contract=[0,1]
                output "y" = %3
                """);
        Golden.leaves(PASS,
                """
                x: f64[7,3] = input "x"
                dy: f64[3,2] = input "dy"
                %2: f64[3,3,3] = window(x) axes=[0] sizes=[3] strides=[1] dilations=[2]
                %3: f64[3,3,3] = transpose(%2) axes=[0,2,1]
                %4: f64[3,3,2] = contract(%3, dy) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]
                output "y" = %4
                """);
        Golden.leaves(PASS,
                """
                x: f64[7,3] = input "x"
                dy: f64[5,2] = input "dy"
                %2: f64[5,3,3] = window(x) axes=[0] sizes=[3] strides=[1] dilations=[1]
                %3: f64[3,3,2] = contract(%2, dy) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]
                output "y" = %3
                """);
    }

    /** Eighteen channels leave half of two vectors empty, ninety taps and channels little of six. */
    @Test
    void channelsThatEndInsideAVector() {
        Golden.rewrites(PASS,
                """
                x: f32[2,9,9,18] = input "x"
                dy: f32[2,5,5,4] = input "dy"
                %2: f32[2,5,5,18,5,5] = window(x) axes=[1,2] sizes=[5,5] strides=[1,1] dilations=[1,1]
                %3: f32[2,5,5,5,5,18] = transpose(%2) axes=[0,1,2,4,5,3]
                %4: f32[5,5,18,4] = contract(%3, dy) left_batch=[] right_batch=[] left_contract=[0,1,2] right_contract=[0,1,2]
                output "y" = %4
                """,
                """
                x: f32[2,9,9,18] = input "x"
                dy: f32[2,5,5,4] = input "dy"
                %2: f32[2,9,162] = reshape(x)
                %3: f32[2,5,5,5,90] = window(%2) axes=[1,2] sizes=[5,90] strides=[1,18] dilations=[1,1]
                %4: f32[5,90,4] = contract(%3, dy) left_batch=[] right_batch=[] left_contract=[0,1,2] right_contract=[0,1,2]
                %5: f32[5,5,18,4] = reshape(%4)
                output "y" = %5
                """);
    }
}
