package bytegrad.ir;

import java.util.List;

/**
 * An operation applied to inputs. Made by {@link GraphBuilder} alone, immutable, equal by identity; within its builder
 * or {@link Graph} ids are dense and an input's id is below its consumer's. Facts about nodes live in side tables.
 */
public final class Node {
    private final Object owner;
    private final int id;
    private final Op op;
    private final List<Node> inputs;
    private final TensorType type;

    Node(Object owner, int id, Op op, List<Node> inputs, TensorType type) {
        this.owner = owner;
        this.id = id;
        this.op = op;
        this.inputs = inputs;
        this.type = type;
    }

    Object owner() {
        return owner;
    }

    public int id() {
        return id;
    }

    public Op op() {
        return op;
    }

    public List<Node> inputs() {
        return inputs;
    }

    public Node input(int k) {
        return inputs.get(k);
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    public DType dtype() {
        return type.dtype();
    }

    public int rank() {
        return type.rank();
    }

    /** For messages: {@code %7 f32[64,10]}. */
    @Override
    public String toString() {
        return "%" + id + " " + type;
    }
}
