package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;

/** Gathers and scatters behind a batch axis, which is one more of their own batch axes where both the data and the indices have it. */
final class IndexBatch {
    private final GraphBuilder b;
    private final Batch batch;

    IndexBatch(GraphBuilder b, Batch batch) {
        this.b = b;
        this.batch = batch;
    }

    Node gather(Op.Gather op, Node y) {
        Node data = y.input(0);
        List<Node> indices = IndexAxes.indices(y);
        boolean one = indices.stream().noneMatch(batch::isBatched);
        if (one && op.batch() == 0) {
            return b.gather(batch.lead(data), indices, op.axis() + 1, 0);
        }
        if (!batch.isBatched(data) && op.batch() == 0) {
            // The indices' axes, the batch axis first of them, stand where the data's axes were.
            return Batch.toFront(b, b.gather(data, indices.stream().map(batch::lead).toList(), op.axis(), 0), op.axis());
        }
        return b.gather(batch.lead(data), indices.stream().map(batch::lead).toList(), op.axis() + 1, op.batch() + 1);
    }

    Node scatter(Op.Scatter op, Node y) {
        List<Node> indices = IndexAxes.indices(y);
        boolean one = indices.stream().noneMatch(batch::isBatched) && op.batch() == 0;
        List<Node> in = new ArrayList<>(List.of(batch.lead(y.input(0)), batch.lead(y.input(1))));
        in.addAll(one ? indices : indices.stream().map(batch::lead).toList());
        return b.apply(new Op.Scatter(op.combine(), op.axis() + 1, one ? 0 : op.batch() + 1), in);
    }
}
