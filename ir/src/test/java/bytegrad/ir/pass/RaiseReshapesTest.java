package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.Shape;
import org.junit.jupiter.api.Test;

class RaiseReshapesTest {
    private static final Pass PASS = new RaiseReshapes();

    /** The gradient of a pooling behind a relu, which masks it: as a view of windows it would be stored first. */
    @Test
    void theMaskIsAppliedToWindows() {
        Golden.rewrites(PASS,
                """
                y: f64[4,6,3] = input "y"
                d: f64[2,3,3,2,2] = input "d"
                %2: f64[2,3,3,2,2] = sin(d)
                %3: f64[2,2,3,2,3] = transpose(%2) axes=[0,3,1,4,2]
                %4: f64[4,6,3] = reshape(%3)
                %5: f64[] = constant 0.0
                %6: f64[4,6,3] = broadcast(%5) axes=[]
                %7: bool[4,6,3] = gt(y, %6)
                %8: f64[4,6,3] = select(%7, %4, %6)
                %9: f64[4,6,3] = neg(%8)
                output "dx" = %9
                """,
                """
                y: f64[4,6,3] = input "y"
                d: f64[2,3,3,2,2] = input "d"
                %2: f64[2,3,3,2,2] = sin(d)
                %3: f64[2,2,3,2,3] = transpose(%2) axes=[0,3,1,4,2]
                %5: f64[] = constant 0.0
                %6: f64[4,6,3] = broadcast(%5) axes=[]
                %7: bool[4,6,3] = gt(y, %6)
                %8: bool[2,2,3,2,3] = reshape(%7)
                %9: f64[2,2,3,2,3] = reshape(%6)
                %10: f64[2,2,3,2,3] = select(%8, %3, %9)
                %11: f64[2,2,3,2,3] = neg(%10)
                %12: f64[4,6,3] = reshape(%11)
                output "dx" = %12
                """);
    }

    private static final String SIN = "x: f64[4,2,3,5] = input \"x\"\nw: f64[7,5] = input \"w\"\n%2: f64[4,2,3,5] = sin(x)\n";

    @Test
    void anEpilogueStaysWithItsContraction() {
        Golden.leaves(PASS, SIN + """
                a: f64[4,6,7] = input "a"
                %4: f64[4,6,5] = reshape(%2)
                %5: f64[4,6,5] = contract(a, w) left_batch=[] right_batch=[] left_contract=[2] right_contract=[0]
                %6: f64[4,6,5] = neg(%5)
                %7: f64[4,6,5] = mul(%6, %4)
                output "y" = %7
                """);
        // One that is stored anyway is read at any index.
        Golden.rewrites(PASS, SIN + """
                a: f64[4,6,7] = input "a"
                %4: f64[4,6,5] = reshape(%2)
                %5: f64[4,6,5] = contract(a, w) left_batch=[] right_batch=[] left_contract=[2] right_contract=[0]
                %6: f64[4,6,5] = mul(%5, %4)
                output "y" = %6
                output "z" = %5
                """, SIN + """
                a: f64[4,6,7] = input "a"
                %4: f64[4,6,5] = contract(a, w) left_batch=[] right_batch=[] left_contract=[2] right_contract=[0]
                %5: f64[4,2,3,5] = reshape(%4)
                %6: f64[4,2,3,5] = mul(%5, %2)
                %7: f64[4,6,5] = reshape(%6)
                output "y" = %7
                output "z" = %4
                """);
    }

    @Test
    void whatIsInMemoryOrWouldHaveShorterRowsStays() {
        Golden.leaves(PASS, "x: f64[2,3,5] = input \"x\"\n%1: f64[6,5] = reshape(x)\n%2: f64[6,5] = sin(%1)\noutput \"y\" = %2");
        Golden.leaves(PASS, SIN + "%4: f64[4,2,15] = reshape(%2)\n%5: f64[4,2,15] = exp(%4)\noutput \"y\" = %5\n%6: f64[] = reduce_sum(w) axes=[0,1]\noutput \"z\" = %6");
    }

    @Test
    void joins() {
        assertEquals(true, RaiseReshapes.joins(Shape.of(2, 3, 4, 5), Shape.of(6, 4, 5)));
        assertEquals(true, RaiseReshapes.joins(Shape.of(2, 1, 3, 4, 1, 5), Shape.of(6, 4, 5)));
        assertEquals(true, RaiseReshapes.joins(Shape.of(2, 3, 5), Shape.of(1, 6, 5)));
        assertEquals(false, RaiseReshapes.joins(Shape.of(6, 5), Shape.of(2, 3, 5)));
        assertEquals(false, RaiseReshapes.joins(Shape.of(4, 6, 5), Shape.of(8, 3, 5)));
        assertEquals(false, RaiseReshapes.joins(Shape.of(2, 1, 3), Shape.of(2, 3)));
        assertEquals(false, RaiseReshapes.joins(Shape.of(2, 3, 4, 5), Shape.of(2, 3, 20)));
        assertEquals(false, RaiseReshapes.joins(Shape.of(0, 3, 4, 5), Shape.of(0, 4, 5)));
    }
}
