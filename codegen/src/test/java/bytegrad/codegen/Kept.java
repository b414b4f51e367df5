package bytegrad.codegen;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Activations;
import java.util.List;

/** Graphs with what of them is kept. */
enum Kept {
    /** More columns than a panel has, and a part of one more. */
    ODD_COLUMNS {
        @Override
        Node write(GraphBuilder b) {
            Node h = b.add(b.matmul(x(b, 13, 37), w(b, "w", 37, 331)), b.broadcastTo(w(b, "bias", 331), Shape.of(13, 331)));
            return b.matmul(Activations.gelu(b, h), w(b, "w2", 331, 65));
        }
    },
    /** A matrix given transposed, and a table that is read by rows too. */
    TIED {
        @Override
        Node write(GraphBuilder b) {
            Node table = w(b, "table", 203, 30);
            Node h = b.add(b.gather(table, b.constant(Literal.of(Shape.of(7), 0, 29, 202, 29, 13, 100, 57)), 0), x(b, 7, 30));
            return b.matmul(h, b.transpose(table, 1, 0));
        }
    },
    /** Products in several blocks. */
    LONG {
        @Override
        Node write(GraphBuilder b) {
            return b.matmul(x(b, 5, 2100), w(b, "w", 2100, 130));
        }
    },
    /** Two contracted axes, rows in several blocks; then columns of two axes: a matrix for each index of the first. */
    HEADS {
        @Override
        Node write(GraphBuilder b) {
            Node y = b.contract(new Op.Contract(List.of(), List.of(), List.of(1, 2), List.of(1, 0)), x(b, 150, 6, 8), w(b, "w", 8, 6, 170));
            return b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(2)), y, b.mul(w(b, "v", 3, 50, 170), 0.5));
        }
    },
    /** A weight that is stored in half precision, and a scale of channels made of four vectors. */
    CONVERTED {
        @Override
        Node write(GraphBuilder b) {
            Node w = b.cast(b.input("half", DType.BF16, 40, 150), DType.F32);
            Node scale = b.div(w(b, "gamma", 150), b.sqrt(b.add(b.square(w(b, "deviation", 150)), 1e-5)));
            Node y = b.matmul(x(b, 9, 40), w);
            return b.mul(b.sub(y, b.broadcastTo(w(b, "mean", 150), y.shape())), b.broadcastTo(scale, y.shape()));
        }
    },
    /** What costs less to compute than to load, beside reductions, sorts and random numbers that are kept. */
    OTHERS {
        @Override
        Node write(GraphBuilder b) {
            Node x = x(b, 11, 23);
            Node outer = b.mul(b.broadcast(w(b, "u", 11), x.shape(), 0), b.broadcast(w(b, "v", 23), x.shape(), 1));
            Node w = w(b, "w", 11, 23);
            Node noise = b.mul(b.cast(b.random(b.input("key", DType.I64), DType.I32, 11, 23), DType.F32), 0x1p-31);
            b.output("kept alone", b.sort(b.add(w, noise), 1, true));
            b.output("an input", w);
            b.output("maximum", b.reduceAll(Monoid.MAX, b.exp(w)));
            return b.add(b.add(b.mul(x, outer), b.cumsum(w, 1)), b.mul(noise, b.broadcast(b.sum(w, 1), x.shape(), 0)));
        }
    },
    /** A convolution, and its windows of something kept. */
    CONVOLUTION {
        @Override
        Node write(GraphBuilder b) {
            Node windows = b.window(x(b, 2, 19, 8), new int[] {1}, new int[] {5}, new int[] {2}, new int[] {1});
            return b.contract(new Op.Contract(List.of(), List.of(), List.of(2, 3), List.of(0, 1)), windows, w(b, "w", 8, 5, 140));
        }
    },
    /** One row, and a matrix given transposed that is kept: of several contracted axes, and in several blocks. */
    ONE_ROW {
        @Override
        Node write(GraphBuilder b) {
            Node h = b.contract(new Op.Contract(List.of(), List.of(), List.of(1, 2), List.of(1, 2)), x(b, 1, 9, 130), w(b, "w", 171, 9, 130));
            return b.add(b.matmul(h, b.transpose(w(b, "w2", 67, 171), 1, 0)), b.broadcast(w(b, "bias", 67), Shape.of(1, 67), 1));
        }
    },
    /** Matrices of a batch of two axes, which the operands have in another order, given transposed. */
    BATCHES {
        @Override
        Node write(GraphBuilder b) {
            return b.contract(new Op.Contract(List.of(0, 1), List.of(2, 0), List.of(3), List.of(3)), x(b, 3, 2, 5, 37), w(b, "w", 2, 71, 3, 37));
        }
    },
    /** Several contracted axes, rows of two axes on either side of those of a batch, and columns of two axes that end inside of a vector. */
    BATCHES_OF_AXES {
        @Override
        Node write(GraphBuilder b) {
            Node w = b.slice(w(b, "w", 2, 9, 3, 7, 190), new int[] {0, 0, 0, 1, 2}, new int[] {2, 9, 3, 7, 190}, new int[] {1, 2, 1, 1, 1});
            return b.contract(new Op.Contract(List.of(1), List.of(2), List.of(3, 4), List.of(3, 1)), x(b, 4, 3, 3, 6, 5), w);
        }
    },
    /** Products that are cut into parts, which are matrices of a batch. */
    PARTS {
        @Override
        Node write(GraphBuilder b) {
            return Activations.relu(b, b.matmul(x(b, 7, 4608), w(b, "w", 4608, 75)));
        }
    },
    NO_BATCH {
        @Override
        Node write(GraphBuilder b) {
            return b.contract(new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(1)), x(b, 0, 3, 37), b.exp(w(b, "w", 0, 37, 331)));
        }
    },
    NO_ROWS {
        @Override
        Node write(GraphBuilder b) {
            return b.matmul(x(b, 0, 37), w(b, "w", 37, 331));
        }
    },
    NO_COLUMNS {
        @Override
        Node write(GraphBuilder b) {
            return b.matmul(x(b, 3, 37), b.exp(w(b, "w", 37, 0)));
        }
    },
    NO_PRODUCTS {
        @Override
        Node write(GraphBuilder b) {
            return b.matmul(x(b, 3, 0), b.exp(w(b, "w", 0, 331)));
        }
    };

    abstract Node write(GraphBuilder b);

    static Node x(GraphBuilder b, int... dims) {
        return b.input("x", DType.F32, dims);
    }

    static Node w(GraphBuilder b, String name, int... dims) {
        return b.input(name, DType.F32, dims);
    }

    Graph graph() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", write(b));
        return b.build();
    }
}
