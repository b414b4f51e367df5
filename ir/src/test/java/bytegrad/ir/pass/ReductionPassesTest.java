package bytegrad.ir.pass;

import org.junit.jupiter.api.Test;

/** SimplifyReductions, OuterProducts, OrientProducts, AbsorbTransposes and NarrowMaps. */
class ReductionPassesTest {
    private static void reduces(String before, String after) {
        Golden.rewrites(new SimplifyReductions(), before, after);
    }

    @Test
    void aReductionOfOneElement() {
        String x = "x: f64[3,1] = input \"x\"\n";
        reduces(x + "%1: f64[3] = reduce_max(x) axes=[1]\noutput \"y\" = %1", x + "%1: f64[3] = reshape(x)\noutput \"y\" = %1");
        reduces(x + "%1: f64[3] = reduce_product(x) axes=[1]\noutput \"y\" = %1", x + "%1: f64[3] = reshape(x)\noutput \"y\" = %1");
        // The sum of −0.0 alone is 0.0.
        reduces(x + "%1: f64[3] = reduce_sum(x) axes=[1]\noutput \"y\" = %1",
                x + "%1: f64[3] = reshape(x)\n%2: f64[] = constant 0.0\n%3: f64[3] = broadcast(%2) axes=[]\n%4: f64[3] = add(%1, %3)\noutput \"y\" = %4");
        reduces("x: i32[3] = input \"x\"\n%1: i32[3] = reduce_sum(x) axes=[]\noutput \"y\" = %1", "x: i32[3] = input \"x\"\noutput \"y\" = x");
        reduces(x + "%1: i32[3] = argmax(x) axis=1\noutput \"y\" = %1", "%0: i32[] = constant 0\n%1: i32[3] = broadcast(%0) axes=[]\noutput \"y\" = %1");
    }

    @Test
    void axesOfOneElementAreDroppedWhereTheOrderStays() {
        reduces("x: f64[5,1,7] = input \"x\"\n%1: f64[5] = reduce_sum(x) axes=[1,2]\noutput \"y\" = %1",
                "x: f64[5,1,7] = input \"x\"\n%1: f64[5,7] = reshape(x)\n%2: f64[5] = reduce_sum(%1) axes=[1]\noutput \"y\" = %2");
        String x = "x: f64[32,1] = input \"x\"\n";
        Golden.leaves(new SimplifyReductions(), x + "%1: f64[] = reduce_sum(x) axes=[0,1]\noutput \"y\" = %1");
        reduces(x + "%1: f64[] = reduce_max(x) axes=[0,1]\noutput \"y\" = %1",
                x + "%1: f64[32] = reshape(x)\n%2: f64[] = reduce_max(%1) axes=[0]\noutput \"y\" = %2");
    }

    @Test
    void whatIsClampedIsReducedFirst() {
        String x = "x: f32[8,3] = input \"x\"\n";
        String zero = "%1: f32[] = constant 0.0\n%2: f32[8,3] = broadcast(%1) axes=[]\n";
        String window = "window(%3) axes=[0] sizes=[2] strides=[2] dilations=[1]\n";
        String relu = x + zero + "%3: f32[8,3] = max(x, %2)\n%4: f32[4,3,2] = " + window;
        reduces(relu + "%5: f32[4,3] = reduce_max(%4) axes=[2]\noutput \"y\" = %5",
                """
                x: f32[8,3] = input "x"
                %1: f32[] = constant 0.0
                %2: f32[4,3,2] = window(x) axes=[0] sizes=[2] strides=[2] dilations=[1]
                %3: f32[4,3] = reduce_max(%2) axes=[2]
                %4: f32[4,3] = broadcast(%1) axes=[]
                %5: f32[4,3] = max(%3, %4)
                output "y" = %5
                """);
        // Not a minimum, nor what is read elsewhere, too.
        Golden.leaves(new SimplifyReductions(), relu + "%5: f32[4,3] = reduce_min(%4) axes=[2]\noutput \"y\" = %5");
        Golden.leaves(new SimplifyReductions(), relu + "%5: f32[4,3] = reduce_max(%4) axes=[2]\noutput \"y\" = %5\noutput \"z\" = %3");
    }

    @Test
    void aReductionOfNothingIsTheIdentity() {
        reduces("x: f64[3,0] = input \"x\"\n%1: f64[3] = reduce_max(x) axes=[1]\noutput \"y\" = %1",
                "%0: f64[] = constant -inf\n%1: f64[3] = broadcast(%0) axes=[]\noutput \"y\" = %1");
        reduces("""
                x: f64[3,0] = input "x"
                z: f64[0,2] = input "z"
                %2: f64[3,2] = contract(x, z) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                output "y" = %2
                """, "%0: f64[] = constant 0.0\n%1: f64[3,2] = broadcast(%0) axes=[]\noutput \"y\" = %1");
    }

    @Test
    void aContractionOverOneElementIsAProduct() {
        Golden.rewrites(new OuterProducts(),
                """
                x: f32[3,1] = input "x"
                y: f32[1,4] = input "y"
                %2: f32[3,4] = contract(x, y) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                output "z" = %2
                """,
                """
                x: f32[3,1] = input "x"
                y: f32[1,4] = input "y"
                %2: f32[3] = reshape(x)
                %3: f32[4] = reshape(y)
                %4: f32[3,4] = broadcast(%2) axes=[0]
                %5: f32[3,4] = broadcast(%3) axes=[1]
                %6: f32[] = constant 0.0
                %7: f32[3,4] = broadcast(%6) axes=[]
                %8: f32[3,4] = fma(%4, %5, %7)
                output "z" = %8
                """);
        // Whole numbers; batches in any order; nothing contracted at all.
        Golden.rewrites(new OuterProducts(),
                """
                x: i32[3,2,5] = input "x"
                y: i32[2,4,3] = input "y"
                %2: i32[2,3,5,4] = contract(x, y) left_batch=[1,0] right_batch=[0,2] left_contract=[] right_contract=[]
                output "z" = %2
                """,
                """
                x: i32[3,2,5] = input "x"
                y: i32[2,4,3] = input "y"
                %2: i32[2,3,5] = transpose(x) axes=[1,0,2]
                %3: i32[2,3,4] = transpose(y) axes=[0,2,1]
                %4: i32[2,3,5,4] = broadcast(%2) axes=[0,1,2]
                %5: i32[2,3,5,4] = broadcast(%3) axes=[0,1,3]
                %6: i32[2,3,5,4] = mul(%4, %5)
                output "z" = %6
                """);
        Golden.leaves(new OuterProducts(), """
                x: f32[3,2] = input "x"
                y: f32[2,4] = input "y"
                %2: f32[3,4] = contract(x, y) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                output "z" = %2
                """);
    }

    @Test
    void aRowTimesRowsIsAMatrixTimesAColumn() {
        Golden.rewrites(new OrientProducts(),
                """
                x: f32[2,1,5] = input "x"
                w: f32[2,4,5] = input "w"
                %2: f32[2,1,4] = contract(x, w) left_batch=[0] right_batch=[0] left_contract=[2] right_contract=[2]
                output "z" = %2
                """,
                """
                x: f32[2,1,5] = input "x"
                w: f32[2,4,5] = input "w"
                %2: f32[2,5] = reshape(x)
                %3: f32[2,4] = contract(w, %2) left_batch=[0] right_batch=[0] left_contract=[2] right_contract=[1]
                %4: f32[2,1,4] = reshape(%3)
                output "z" = %4
                """);
        // Neighbouring columns are neighbours; two rows; two vectors.
        for (String text : new String[] {"x: f32[1,5]|w: f32[5,4]|f32[1,4]|1|0", "x: f32[2,5]|w: f32[4,5]|f32[2,4]|1|1", "x: f32[1,5]|w: f32[5]|f32[1]|1|0"}) {
            String[] p = text.split("\\|");
            Golden.leaves(new OrientProducts(), p[0] + " = input \"x\"\n" + p[1] + " = input \"w\"\n%2: " + p[2]
                    + " = contract(x, w) left_batch=[] right_batch=[] left_contract=[" + p[3] + "] right_contract=[" + p[4] + "]\noutput \"z\" = %2");
        }
    }

    @Test
    void maximaOfMaximaAreOne() {
        reduces("x: f64[2,3,4,5] = input \"x\"\n%1: f64[2,4] = reduce_max(x) axes=[1,3]\n%2: f64[4] = reduce_max(%1) axes=[0]\noutput \"y\" = %2",
                "x: f64[2,3,4,5] = input \"x\"\n%1: f64[4] = reduce_max(x) axes=[0,1,3]\noutput \"y\" = %1");
        reduces("x: i64[2,3,4] = input \"x\"\n%1: i64[3,4] = reduce_sum(x) axes=[0]\n%2: i64[3] = reduce_sum(%1) axes=[1]\noutput \"y\" = %2",
                "x: i64[2,3,4] = input \"x\"\n%1: i64[3] = reduce_sum(x) axes=[0,2]\noutput \"y\" = %1");
        Golden.leaves(new SimplifyReductions(), "x: f64[3,4] = input \"x\"\n%1: f64[4] = reduce_sum(x) axes=[0]\n%2: f64[] = reduce_sum(%1) axes=[0]\noutput \"y\" = %2");
    }

    @Test
    void repeatedElementsAreReducedOnce() {
        String x = "x: f64[3,4] = input \"x\"\n%1: f64[3,5,4] = broadcast(x) axes=[0,2]\n";
        reduces(x + "%2: f64[4] = reduce_max(%1) axes=[0,1]\noutput \"y\" = %2", "x: f64[3,4] = input \"x\"\n%1: f64[4] = reduce_max(x) axes=[0]\noutput \"y\" = %1");
        reduces(x + "%2: f64[3,4] = reduce_min(%1) axes=[1]\noutput \"y\" = %2", "x: f64[3,4] = input \"x\"\noutput \"y\" = x");
        reduces(x + "%2: f64[3,5] = reduce_sum(%1) axes=[2]\noutput \"y\" = %2",
                "x: f64[3,4] = input \"x\"\n%1: f64[3] = reduce_sum(x) axes=[1]\n%2: f64[3,5] = broadcast(%1) axes=[0]\noutput \"y\" = %2");
        // Five times x is not the chain x + x + x + x + x.
        Golden.leaves(new SimplifyReductions(), x + "%2: f64[3,4] = reduce_sum(%1) axes=[1]\noutput \"y\" = %2");
        // A chain over rows would become a tree.
        Golden.leaves(new SimplifyReductions(), "x: f64[32] = input \"x\"\n%1: f64[32,5] = broadcast(x) axes=[0]\n%2: f64[5] = reduce_sum(%1) axes=[0]\noutput \"y\" = %2");
    }

    @Test
    void transposesGoIntoAContraction() {
        String in = "x: f64[3,2] = input \"x\"\nw: f64[4,3] = input \"w\"\n";
        // dW = xᵀ·dy and dx = dy·wᵀ, as gradients write them.
        Golden.rewrites(new AbsorbTransposes(), in + """
                %2: f64[2,3] = transpose(x) axes=[1,0]
                %3: f64[3,4] = transpose(w) axes=[1,0]
                %4: f64[2,4] = contract(%2, %3) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                output "y" = %4
                """, in + "%2: f64[2,4] = contract(x, w) left_batch=[] right_batch=[] left_contract=[0] right_contract=[1]\noutput \"y\" = %2");
        String batched = "x: f64[2,5,3,4] = input \"x\"\nw: f64[2,4,6] = input \"w\"\n";
        Golden.rewrites(new AbsorbTransposes(), batched + """
                %2: f64[5,4,2,3] = transpose(x) axes=[1,3,0,2]
                %3: f64[2,5,3,6] = contract(%2, w) left_batch=[2] right_batch=[0] left_contract=[1] right_contract=[1]
                output "y" = %3
                """, batched + "%2: f64[2,5,3,6] = contract(x, w) left_batch=[0] right_batch=[0] left_contract=[3] right_contract=[1]\noutput \"y\" = %2");
        // The free axes 5 and 3 change places: the result would be another.
        Golden.leaves(new AbsorbTransposes(), batched + """
                %2: f64[3,4,2,5] = transpose(x) axes=[2,3,0,1]
                %3: f64[2,3,5,6] = contract(%2, w) left_batch=[2] right_batch=[0] left_contract=[1] right_contract=[1]
                output "y" = %3
                """);
    }

    @Test
    void aTransposedContractionIsTheOtherWayRound() {
        String in = "x: f64[2,5,3] = input \"x\"\nw: f64[2,3,4] = input \"w\"\n";
        String contract = in + "%2: f64[2,5,4] = contract(x, w) left_batch=[0] right_batch=[0] left_contract=[2] right_contract=[1]\n";
        Golden.rewrites(new AbsorbTransposes(), contract + "%3: f64[2,4,5] = transpose(%2) axes=[0,2,1]\noutput \"y\" = %3",
                in + "%2: f64[2,4,5] = contract(w, x) left_batch=[0] right_batch=[0] left_contract=[1] right_contract=[2]\noutput \"y\" = %2");
        // Not where it is read as it is too, for it would be computed twice; nor for another transpose.
        Golden.leaves(new AbsorbTransposes(), contract + "%3: f64[2,4,5] = transpose(%2) axes=[0,2,1]\noutput \"y\" = %3\noutput \"z\" = %2");
        Golden.leaves(new AbsorbTransposes(), contract + "%3: f64[4,5,2] = transpose(%2) axes=[2,1,0]\noutput \"y\" = %3");
    }

    @Test
    void scalarMathsIsDoneOnce() {
        Golden.rewrites(new NarrowMaps(), """
                lr: f64[] = input "lr"
                c: f64[] = input "c"
                w: f64[100] = input "w"
                %3: f64[100] = broadcast(lr) axes=[]
                %4: f64[100] = broadcast(c) axes=[]
                %5: f64[100] = mul(%3, %4)
                %6: f64[100] = exp(%5)
                %7: f64[100] = sub(w, %6)
                update "w" = %7
                """, """
                lr: f64[] = input "lr"
                c: f64[] = input "c"
                w: f64[100] = input "w"
                %3: f64[] = mul(lr, c)
                %4: f64[] = exp(%3)
                %5: f64[100] = broadcast(%4) axes=[]
                %6: f64[100] = sub(w, %5)
                update "w" = %6
                """);
    }

    /** The mean of each row: what follows the row sum is done once a row. */
    @Test
    void rowMathsIsDoneOnceARow() {
        Golden.rewrites(new NarrowMaps(), """
                s: f64[4] = input "s"
                n: f64[] = constant 10.0
                %2: f64[4,10] = broadcast(s) axes=[0]
                %3: f64[4,10] = broadcast(n) axes=[]
                %4: f64[4,10] = div(%2, %3)
                %5: f32[4,10] = cast(%4)
                output "y" = %5
                """, """
                s: f64[4] = input "s"
                n: f64[] = constant 10.0
                %2: f64[4] = broadcast(n) axes=[]
                %3: f64[4] = div(s, %2)
                %4: f32[4] = cast(%3)
                %5: f32[4,10] = broadcast(%4) axes=[0]
                output "y" = %5
                """);
        Golden.leaves(new NarrowMaps(), """
                s: f64[4] = input "s"
                t: f64[10] = input "t"
                %2: f64[4,10] = broadcast(s) axes=[0]
                %3: f64[4,10] = broadcast(t) axes=[1]
                %4: f64[4,10] = add(%2, %3)
                output "y" = %4
                """);
    }
}
