package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import java.util.List;

/** Second derivatives of a scalar: the product with a vector, which costs a few gradients, and the dense matrix, which costs one for each column. */
public final class Hessian {
    private Hessian() {}

    /**
     * h[i,k] = ∂²loss/∂x[i]∂x[k], of the shape of x twice.
     *
     * @param loss a float scalar
     * @throws GraphException as {@link Gradient#of(GraphBuilder, Node, Node)} does, and if the result would have more axes or elements than a
     *     tensor can
     */
    public static Node of(GraphBuilder b, Node loss, Node x) {
        return of(b, loss, List.of(x)).get(0).get(0);
    }

    /** All blocks: {@code get(i).get(k)} is ∂²loss/∂xᵢ∂xₖ, of the shape of xᵢ followed by that of xₖ. */
    public static List<List<Node>> of(GraphBuilder b, Node loss, List<Node> xs) {
        return Jacobian.of(b, Gradient.of(b, loss, xs), xs, Gradient.Unreached.ZEROS);
    }

    /**
     * Σₖ ∂²loss/∂xᵢ∂xₖ · vₖ for each xᵢ: the tangent of the gradient along v (forward over reverse mode; Pearlmutter, <i>Fast exact
     * multiplication by the Hessian</i>, 1994).
     *
     * @param vs one for each x, of its type
     * @return one for each x, of its type
     * @throws GraphException as {@link Gradient#of(GraphBuilder, Node, List)} and {@link Gradient#pushforward} do
     */
    public static List<Node> times(GraphBuilder b, Node loss, List<Node> xs, List<Node> vs) {
        return Gradient.pushforward(b, Gradient.of(b, loss, xs), xs, vs, Gradient.Unreached.ZEROS);
    }
}
