package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.List;

/** Second derivatives of a scalar. */
public final class Hessian {
    private Hessian() {}

    /**
     * H[i…,j…] = ∂²loss/∂x[i…]∂x[j…], of the axes of x twice. It has as many rows as x has elements; to multiply by it, use {@link #times}.
     *
     * @param loss a float scalar
     * @throws GraphException as {@link Gradient} and {@link Jacobian} do
     */
    public static Node of(GraphBuilder b, Node loss, Node x) {
        return Jacobian.of(b, Gradient.of(b, loss, x), x);
    }

    /**
     * Σⱼ ∂²loss/∂xᵢ∂xⱼ · vⱼ for each x: the product of the whole Hessian with a vector, by forward mode over the gradient (Pearlmutter, <i>Fast exact
     * multiplication by the Hessian</i>, 1994). It costs a small multiple of one gradient.
     *
     * @param loss a float scalar
     * @param xs what to differentiate by
     * @param vs a direction for each x, of its type
     * @return one for each x, of its type; zeros where the gradient is constant
     * @throws GraphException as {@link Gradient} does
     */
    public static List<Node> times(GraphBuilder b, Node loss, List<Node> xs, List<Node> vs) {
        return Gradient.pushforward(b, Gradient.of(b, loss, xs), xs, vs, Gradient.Unreached.ZEROS);
    }
}
