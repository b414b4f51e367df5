package bytegrad.ir.pass;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlgebraTest {
    private static final Pass PASS = new Pipeline(List.of(new FoldConstants(), new Algebra()), 4, true);

    private static final String INPUTS = """
            x: f64[3] = input "x"
            y: f64[3] = input "y"
            i: i32[3] = input "i"
            p: bool[3] = input "p"
            q: bool[3] = input "q"
            one: f64[3] = constant 1
            minus: f64[3] = constant -1
            zero: f64[3] = constant 0.0
            nought: f64[3] = constant -0.0
            eight: f64[3] = constant 8
            least: f64[3] = constant -inf
            most: f64[3] = constant inf
            i0: i32[3] = constant 0
            i1: i32[3] = constant 1
            ones: i32[3] = constant -1
            yes: bool[3] = constant true
            no: bool[3] = constant false
            """;

    /** Expressions over the above become one another. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mul(x, one)              | x
            mul(one, x)              | x
            div(x, one)              | x
            mul(x, minus)            | neg(x)
            div(x, minus)            | neg(x)
            mul(i, i1)               | i
            mul(i, i0)               | i0
            mul(i, ones)             | neg(i)
            add(x, nought)           | x
            add(nought, x)           | x
            add(i, i0)               | i
            sub(x, zero)             | x
            sub(nought, x)           | neg(x)
            sub(i0, i)               | neg(i)
            neg(neg(x))              | x
            abs(neg(x))              | abs(x)
            abs(abs(x))              | abs(x)
            add(x, neg(y))           | sub(x, y)
            add(neg(x), y)           | sub(y, x)
            sub(x, neg(y))           | add(x, y)
            mul(neg(x), neg(y))      | mul(x, y)
            div(neg(x), neg(y))      | div(x, y)
            max(x, x)                | x
            min(x, x)                | x
            max(x, least)            | x
            min(most, x)             | x
            max(max(x, y), y)        | max(x, y)
            max(zero, max(x, zero))  | max(x, zero)
            fma(x, one, y)           | add(x, y)
            fma(minus, x, y)         | sub(y, x)
            fma(x, y, nought)        | mul(x, y)
            select(yes, x, y)        | x
            select(no, x, y)         | y
            select(p, x, x)          | x
            select(not(p), x, y)     | select(p, y, x)
            select(p, yes, no)       | p
            select(p, no, yes)       | not(p)
            not(not(p))              | p
            not(eq(x, y))            | ne(x, y)
            not(ne(x, y))            | eq(x, y)
            not(lt(i, i1))           | ge(i, i1)
            not(ge(i, i1))           | lt(i, i1)
            and(p, p)                | p
            and(p, yes)              | p
            and(p, no)               | no
            or(p, no)                | p
            or(yes, p)               | yes
            xor(p, yes)              | not(p)
            and(i, ones)             | i
            or(i, ones)              | ones
            xor(i, ones)             | not(i)
            shl(i, i0)               | i
            stop_gradient(stop_gradient(x)) | stop_gradient(x)
            add(abs(x), zero)        | abs(x)
            add(max(x, zero), zero)  | max(x, zero)
            sub(exp(x), nought)      | exp(x)
            add(mul(x, x), zero)     | mul(x, x)
            add(sub(abs(x), y), zero) | sub(abs(x), y)
            mul(y, x)                | mul(x, y)
            add(add(y, x), add(x, y)) | add(add(x, y), add(x, y))
            max(one, x)              | max(x, one)
            """)
    void becomes(String before, String after) {
        Golden.rewrites(PASS, Expression.graph(INPUTS, before), Golden.folded(Expression.graph(INPUTS, after)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sub(i, i) | i32  | 0
            eq(i, i)  | bool | true
            lt(i, i)  | bool | false
            xor(p, p) | bool | false
            """)
    void becomesConstant(String before, String dtype, String value) {
        Golden.rewrites(PASS, Expression.graph(INPUTS, before),
                "%0: " + dtype + "[] = constant " + value + "\n%1: " + dtype + "[3] = broadcast(%0) axes=[]\noutput \"z\" = %1");
    }

    /** Numbers that are repeated are behind others, however old either is. */
    @Test
    void fewerNumbersAreTheRightOperand() {
        String repeated = "s: f32[] = input \"s\"\n%1: f32[4,3] = broadcast(s) axes=[]\nr: f32[3] = input \"r\"\n%3: f32[4,3] = broadcast(r) axes=[1]\n";
        Golden.rewrites(PASS, repeated + "x: f32[4,3] = input \"x\"\n%5: f32[4,3] = mul(%1, x)\n%6: f32[4,3] = add(%3, %5)\noutput \"z\" = %6",
                repeated + "x: f32[4,3] = input \"x\"\n%5: f32[4,3] = mul(x, %1)\n%6: f32[4,3] = add(%5, %3)\noutput \"z\" = %6");
    }

    /** What looks alike but would change a bit of −0, NaN or a rounding. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            add(x, zero)
            sub(x, nought)
            sub(zero, x)
            mul(x, zero)
            sub(x, x)
            div(x, x)
            eq(x, x)
            neg(sub(x, y))
            not(lt(x, y))
            fma(x, y, zero)
            add(max(x, minus), zero)
            add(min(x, zero), zero)
            mul(mul(x, eight), eight)
            gt(max(x, zero), zero)
            stop_gradient(x)
            """)
    void stays(String expression) {
        String folded = Golden.folded(Expression.graph(INPUTS, expression));
        Golden.leaves(new Algebra(), folded);
    }

    @Test
    void divisionByAPowerOfTwoIsAMultiplication() {
        Golden.rewrites(PASS, "x: f64[3] = input \"x\"\nc: f64[3] = constant 64\n%2: f64[3] = div(x, c)\noutput \"z\" = %2", """
                x: f64[3] = input "x"
                %1: f64[] = constant 0.015625
                %2: f64[3] = broadcast(%1) axes=[]
                %3: f64[3] = mul(x, %2)
                output "z" = %3
                """);
        for (String c : new String[] {"3", "0.0", "inf", "nan", "4e-320"}) {
            Golden.leaves(new Algebra(), "x: f64[3] = input \"x\"\n%1: f64[] = constant " + c + "\n%2: f64[3] = broadcast(%1) axes=[]\n%3: f64[3] = div(x, %2)\noutput \"z\" = %3");
        }
        // 2^127 has a reciprocal, but it is denormal.
        Golden.leaves(new Algebra(), "x: f32[] = input \"x\"\n%1: f32[] = constant 1.7014118E38\n%2: f32[] = div(x, %1)\noutput \"z\" = %2");
    }

    /** The gradient of a subtraction, scaled: one constant. */
    @Test
    void aNegationGoesIntoTheConstant() {
        Golden.rewrites(PASS, "x: f64[3] = input \"x\"\nc: f64[3] = constant 3\n%2: f64[3] = neg(x)\n%3: f64[3] = mul(%2, c)\noutput \"z\" = %3", """
                x: f64[3] = input "x"
                %1: f64[] = constant -3.0
                %2: f64[3] = broadcast(%1) axes=[]
                %3: f64[3] = mul(x, %2)
                output "z" = %3
                """);
    }

    @Test
    void casts() {
        String x = "x: f32[3] = input \"x\"\ni: i32[3] = input \"i\"\np: bool[3] = input \"p\"\n";
        Golden.rewrites(PASS, x + "%3: f64[3] = cast(x)\n%4: f32[3] = cast(%3)\noutput \"z\" = %4", "x: f32[3] = input \"x\"\noutput \"z\" = x");
        Golden.rewrites(PASS, x + "%3: f32[3] = cast(x)\noutput \"z\" = %3", "x: f32[3] = input \"x\"\noutput \"z\" = x");
        Golden.rewrites(PASS, x + "%3: i64[3] = cast(i)\n%4: f32[3] = cast(%3)\noutput \"z\" = %4", "i: i32[3] = input \"i\"\n%1: f32[3] = cast(i)\noutput \"z\" = %1");
        Golden.rewrites(PASS, x + "%3: f32[3] = cast(p)\n%4: bool[3] = cast(%3)\noutput \"z\" = %4", "p: bool[3] = input \"p\"\noutput \"z\" = p");
        Golden.rewrites(PASS, "a: i32[3] = iota axis=0\n%1: f32[3] = cast(a)\noutput \"z\" = %1", "%0: f32[3] = iota axis=0\noutput \"z\" = %0");
        Golden.leaves(PASS, "i: i32[3] = input \"i\"\n%1: f32[3] = cast(i)\n%2: i32[3] = cast(%1)\noutput \"z\" = %2");
        Golden.leaves(PASS, "a: i32[16777218] = iota axis=0\n%1: f32[16777218] = cast(a)\noutput \"z\" = %1");
    }

    @Test
    void castsOfStorageTypes() {
        String in = "x: f32[3] = input \"x\"\nu: u8[3] = input \"u\"\nh: bf16[3] = input \"h\"\n";
        // Widening loses nothing, rounding does.
        Golden.rewrites(PASS, in + "%3: f32[3] = cast(h)\n%4: bf16[3] = cast(%3)\noutput \"z\" = %4", "h: bf16[3] = input \"h\"\noutput \"z\" = h");
        Golden.rewrites(PASS, in + "%3: bf16[3] = cast(u)\n%4: f32[3] = cast(%3)\noutput \"z\" = %4",
                "u: u8[3] = input \"u\"\n%1: f32[3] = cast(u)\noutput \"z\" = %1");
        Golden.leaves(PASS, "x: f32[3] = input \"x\"\n%1: bf16[3] = cast(x)\n%2: f32[3] = cast(%1)\noutput \"z\" = %2");
        // 200 is −56 as i8, but 127 by way of a float.
        Golden.rewrites(PASS, in + "%3: i32[3] = cast(u)\n%4: i8[3] = cast(%3)\noutput \"z\" = %4",
                "u: u8[3] = input \"u\"\n%1: i8[3] = cast(u)\noutput \"z\" = %1");
        Golden.leaves(PASS, "u: u8[3] = input \"u\"\n%1: f32[3] = cast(u)\n%2: i8[3] = cast(%1)\noutput \"z\" = %2");
        Golden.leaves(PASS, "i: i16[3] = input \"i\"\n%1: u8[3] = cast(i)\n%2: i16[3] = cast(%1)\noutput \"z\" = %2");
        Golden.rewrites(PASS, "a: i32[256] = iota axis=0\n%1: u8[256] = cast(a)\noutput \"z\" = %1", "%0: u8[256] = iota axis=0\noutput \"z\" = %0");
        Golden.leaves(PASS, "a: i32[257] = iota axis=0\n%1: u8[257] = cast(a)\noutput \"z\" = %1");
    }

    @Test
    void stopGradientIsDroppedOnRequest() {
        Golden.rewrites(new DropStopGradients(), "x: f64[] = input \"x\"\n%1: f64[] = stop_gradient(x)\n%2: f64[] = stop_gradient(%1)\noutput \"z\" = %2",
                "x: f64[] = input \"x\"\noutput \"z\" = x");
    }
}
