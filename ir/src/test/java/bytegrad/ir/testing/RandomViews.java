package bytegrad.ir.testing;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random views of a node; any but a broadcast, pad or windows keeps its size or less. */
final class RandomViews {
    private static final int LARGEST = 400;

    private final GraphBuilder b;
    private final SplittableRandom random;

    RandomViews(GraphBuilder b, SplittableRandom random) {
        this.b = b;
        this.random = random;
    }

    /** A view of x, now and then of a view of x; fills are at most 2 in absolute value. */
    Node view(Node x) {
        Node y = one(x);
        return random.nextInt(4) == 0 ? one(y) : y;
    }

    private Node one(Node x) {
        int[] dims = x.shape().toArray();
        int rank = dims.length;
        return switch (random.nextInt(8)) {
            case 0 -> reshape(x);
            case 1 -> b.transpose(x, shuffled(rank));
            case 2 -> broadcast(x);
            case 3 -> {
                int[] starts = new int[rank];
                int[] limits = new int[rank];
                int[] strides = new int[rank];
                for (int k = 0; k < rank; k++) {
                    starts[k] = random.nextInt(dims[k] / 2 + 1);
                    limits[k] = random.nextInt(starts[k], dims[k] + 1);
                    strides[k] = random.nextInt(1, 4);
                }
                yield b.slice(x, starts, limits, strides);
            }
            case 4 -> {
                int[] low = IntStream.range(0, rank).map(k -> random.nextInt(3)).toArray();
                int[] high = IntStream.range(0, rank).map(k -> random.nextInt(3)).toArray();
                double fill = !x.dtype().holds(-1) ? random.nextInt(2) : random.nextInt(-2, 3);
                yield x.shape().size() > LARGEST || rank > 4 ? x : b.pad(x, low, high, fill);
            }
            case 5 -> windows(x);
            case 6 -> {
                int[] between = IntStream.range(0, rank).map(k -> Math.max(0, random.nextInt(6) - 3)).toArray();
                int[] behind = IntStream.range(0, rank).map(k -> random.nextInt(2)).toArray();
                yield x.shape().size() > LARGEST || rank > 3 ? x : b.pad(x, new int[rank], behind, between, random.nextInt(2));
            }
            default -> b.flip(x, IntStream.range(0, rank).filter(k -> random.nextBoolean()).toArray());
        };
    }

    /** Windows along one axis, now and then added up again. */
    private Node windows(Node x) {
        int axis = x.rank() == 0 ? -1 : random.nextInt(x.rank());
        if (axis < 0 || x.rank() > 3 || x.shape().dim(axis) == 0 || x.shape().size() > LARGEST) {
            return x;
        }
        int extent = x.shape().dim(axis);
        int size = random.nextInt(1, Math.min(extent, 4) + 1);
        int dilation = size == 1 ? 1 : random.nextInt(1, (extent - 1) / (size - 1) + 1);
        Node y = b.window(x, new int[] {axis}, new int[] {size}, new int[] {random.nextInt(1, 4)}, new int[] {dilation});
        return !x.dtype().isNumeric() || random.nextInt(3) > 0 ? y : b.overlapAdd(y, (Op.Window) y.op(), x.shape());
    }

    /** Other factors of the same size: an axis split or two neighbours joined. */
    private Node reshape(Node x) {
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        int at = dims.isEmpty() ? 0 : random.nextInt(dims.size());
        if (dims.size() > 1 && random.nextBoolean()) {
            int k = Math.min(at, dims.size() - 2);
            dims.set(k, dims.get(k) * dims.remove(k + 1));
        } else if (!dims.isEmpty() && dims.get(at) % 2 == 0 && dims.size() < 4) {
            dims.set(at, dims.get(at) / 2);
            dims.add(at + 1, 2);
        } else if (dims.size() < 4) {
            dims.add(at, 1);
        }
        return b.reshape(x, Shape.of(dims));
    }

    private Node broadcast(Node x) {
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        if (dims.size() > 3 || x.shape().size() > LARGEST / 4) {
            return x;
        }
        int at = random.nextInt(dims.size() + 1);
        int[] axes = IntStream.range(0, dims.size()).map(k -> k < at ? k : k + 1).toArray();
        dims.add(at, random.nextInt(1, 5));
        for (int k = 0; k < axes.length; k++) {
            if (x.shape().dim(k) == 1 && random.nextBoolean()) {
                dims.set(axes[k], random.nextInt(1, 4));
            }
        }
        return b.broadcast(x, Shape.of(dims), axes);
    }

    private int[] shuffled(int n) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
        for (int k = n - 1; k > 0; k--) {
            Collections.swap(order, k, random.nextInt(k + 1));
        }
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
