package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The backward graph grows with the edges of the forward one, at the default stack size. */
class LinearityTest {
    private final GraphBuilder b = new GraphBuilder();

    @ParameterizedTest
    @ValueSource(ints = {1000, 5000, 20000})
    void chain(int length) {
        Node x = b.input("x", DType.F32, 1024);
        Node y = x;
        for (int i = 0; i < length; i++) {
            y = next(i, y, x);
        }
        check(b.sumAll(y), x);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 5000, 20000})
    void graphWithFanOut(int length) {
        SplittableRandom random = new SplittableRandom(1);
        Node x = b.input("x", DType.F32, 1024);
        List<Node> open = new ArrayList<>(List.of(x, x, x));
        for (int i = 0; i < length; i++) {
            // Each value is read three times: by operands drawn from what has readings left.
            Node p = open.remove(random.nextInt(open.size()));
            Node q = open.isEmpty() ? p : open.get(random.nextInt(open.size()));
            Node y = next(i, p, q);
            open.addAll(List.of(y, y, y));
            while (open.size() > 60) {
                open.remove(random.nextInt(open.size()));
            }
        }
        Node y = open.get(0);
        for (Node o : open.subList(1, open.size())) {
            y = b.add(y, o);
        }
        check(b.sumAll(y), x);
    }

    @Test
    void concatOfManyPartsIsLinear() {
        List<Node> parts = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            parts.add(b.input("x" + i, DType.F32, 1));
        }
        Node loss = b.sumAll(b.exp(b.concat(0, parts.toArray(Node[]::new))));
        int before = b.nodes().size();
        Gradient.of(b, loss, parts);
        assertTrue(b.nodes().size() - before <= parts.size() + 4);
    }

    private Node next(int i, Node p, Node q) {
        return switch (i % 3) {
            case 0 -> b.add(p, q);
            case 1 -> b.mul(p, q);
            default -> b.tanh(p);
        };
    }

    private void check(Node loss, Node x) {
        int before = b.nodes().size();
        int edges = b.nodes().stream().mapToInt(n -> n.inputs().size()).sum();
        Gradient.of(b, loss, x);
        int added = b.nodes().size() - before;
        assertTrue(added <= 4 * edges, added + " nodes for " + edges + " edges");
    }
}
