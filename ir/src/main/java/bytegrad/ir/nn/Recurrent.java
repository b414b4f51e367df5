package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Recurrent layers, each a scan over time: what depends on the inputs alone is one contraction outside of the loop. Weights are [in, gates·H],
 * equations and order of gates are PyTorch's. Backwards, from the last step to the first, with {@code reverse}; outputs are always in order of time.
 */
public final class Recurrent {
    private Recurrent() {}

    /**
     * What a layer gives.
     *
     * @param outputs [N, T, H]: the hidden state after each step
     * @param states those after the last step taken: h, and for an LSTM c, each [N, H]
     */
    public record Outputs(Node outputs, List<Node> states) {
        public Outputs {
            states = List.copyOf(states);
        }
    }

    /**
     * h' = tanh(x·wx + bias + h·wh).
     *
     * @param x [N, T, I]
     * @param wx [I, H]
     * @param wh [H, H]
     * @param bias [H]
     * @param h [N, H]
     */
    public static Outputs simple(GraphBuilder b, Node x, Node wx, Node wh, Node bias, Node h, boolean reverse) {
        check("RNN", x, wx, wh, h, 1);
        return scan(b, x, wx, bias, List.of(h), reverse, (s, states, xt) -> List.of(s.tanh(s.add(xt, Layers.linear(s, states.getFirst(), wh)))));
    }

    /**
     * i, f, g, o = x·wx + bias + h·wh; c' = σ(f)·c + σ(i)·tanh(g); h' = σ(o)·tanh(c') (Hochreiter and Schmidhuber 1997, with the forget gate of Gers).
     *
     * @param x [N, T, I]
     * @param wx [I, 4·H]
     * @param wh [H, 4·H]
     * @param bias [4·H]
     * @param h [N, H]
     * @param c [N, H]
     */
    public static Outputs lstm(GraphBuilder b, Node x, Node wx, Node wh, Node bias, Node h, Node c, boolean reverse) {
        int width = check("LSTM", x, wx, wh, h, 4);
        return scan(b, x, wx, bias, List.of(h, c), reverse, (s, states, xt) -> {
            Node gates = s.add(xt, Layers.linear(s, states.getFirst(), wh));
            Node i = s.sigmoid(gate(s, gates, 0, width));
            Node f = s.sigmoid(gate(s, gates, 1, width));
            Node g = s.tanh(gate(s, gates, 2, width));
            Node o = s.sigmoid(gate(s, gates, 3, width));
            Node next = s.add(s.mul(f, states.getLast()), s.mul(i, g));
            return List.of(s.mul(o, s.tanh(next)), next);
        });
    }

    /**
     * r, z = σ(x·wx + bias + h·wh + recurrent); n = tanh(x·wxₙ + biasₙ + r·(h·whₙ + recurrentₙ)); h' = (1 − z)·n + z·h (Cho et al.,
     * arXiv:1406.1078, in the form that cuDNN and PyTorch have).
     *
     * @param x [N, T, I]
     * @param wx [I, 3·H], gates r, z, n
     * @param wh [H, 3·H]
     * @param bias [3·H]
     * @param recurrent [3·H]
     * @param h [N, H]
     */
    public static Outputs gru(GraphBuilder b, Node x, Node wx, Node wh, Node bias, Node recurrent, Node h, boolean reverse) {
        int width = check("GRU", x, wx, wh, h, 3);
        return scan(b, x, wx, bias, List.of(h), reverse, (s, states, xt) -> {
            Node before = states.getFirst();
            Node hidden = s.add(Layers.linear(s, before, wh), recurrent);
            Node r = s.sigmoid(s.add(gate(s, xt, 0, width), gate(s, hidden, 0, width)));
            Node z = s.sigmoid(s.add(gate(s, xt, 1, width), gate(s, hidden, 1, width)));
            Node n = s.tanh(s.add(gate(s, xt, 2, width), s.mul(r, gate(s, hidden, 2, width))));
            // (1 − z)·n + z·h
            return List.of(s.add(n, s.mul(z, s.sub(before, n))));
        });
    }

    private interface Step {
        List<Node> write(GraphBuilder s, List<Node> states, Node xt);
    }

    private static Outputs scan(GraphBuilder b, Node x, Node wx, Node bias, List<Node> first, boolean reverse, Step step) {
        Node projected = b.transpose(Layers.dense(b, x, wx, bias), 1, 0, 2);
        List<Node> all = Loops.scan(b, x.shape().dim(1), reverse, first, List.of(projected), (s, states, xs) -> {
            List<Node> next = step.write(s, states, xs.getFirst());
            return new Loops.Step(next, List.of(next.getFirst()));
        });
        List<Node> states = new ArrayList<>(all.subList(0, first.size()));
        return new Outputs(b.transpose(all.getLast(), 1, 0, 2), states);
    }

    private static Node gate(GraphBuilder b, Node gates, int which, int width) {
        return b.slice(gates, 1, which * width, (which + 1) * width);
    }

    private static int check(String what, Node x, Node wx, Node wh, Node h, int gates) {
        boolean ranks = x.rank() == 3 && wx.rank() == 2 && wh.rank() == 2 && h.rank() == 2;
        if (!ranks || wx.shape().dim(0) != x.shape().dim(2) || h.shape().dim(0) != x.shape().dim(0) || wh.shape().dim(0) != h.shape().dim(1)
                || wh.shape().dim(1) != gates * h.shape().dim(1) || wx.shape().dim(1) != wh.shape().dim(1)) {
            String columns = gates == 1 ? "H" : gates + "·H";
            throw GraphException.at(what + " of x " + x.type() + ", wx " + wx.type() + ", wh " + wh.type() + ", h " + h.type()
                    + ": needs [N, T, I], [I, " + columns + "], [H, " + columns + "] and [N, H]");
        }
        return h.shape().dim(1);
    }
}
