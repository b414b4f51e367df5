package bytegrad.ir.text;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Hint;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the text form of a graph, from anybody: work and memory are bounded by the text's length, nothing is executed,
 * and whatever is wrong is one {@link GraphSyntaxException} that names the place. Each line's type is held against the
 * one its op infers.
 */
public final class GraphParser {
    /** The longest text that is read. */
    public static final int MAX_BYTES = 64 << 20;

    /** The most nodes a text may define. */
    public static final int MAX_NODES = 1 << 19;

    /** The most elements, over all constants, that single elements may stand for. */
    public static final int MAX_FILLED = 1 << 24;

    private static final Map<String, ScalarFn> FUNCTIONS = new HashMap<>();
    private static final Map<String, Monoid> REDUCTIONS = new HashMap<>();
    private static final Map<String, Monoid> CUMULATIONS = new HashMap<>();
    private static final Map<String, Op.Combine> SCATTERS = new HashMap<>();
    private static final Map<String, Hint.Kind> HINTS = new HashMap<>();

    static {
        Arrays.stream(ScalarFn.values()).forEach(f -> FUNCTIONS.put(f.text(), f));
        Arrays.stream(Monoid.values()).forEach(m -> REDUCTIONS.put("reduce_" + m.text(), m));
        Arrays.stream(Monoid.values()).forEach(m -> CUMULATIONS.put("cumulate_" + m.text(), m));
        Arrays.stream(Op.Combine.values()).forEach(c -> SCATTERS.put("scatter_" + c.text(), c));
        Arrays.stream(Hint.Kind.values()).forEach(k -> HINTS.put(k.name().toLowerCase(Locale.ROOT), k));
    }

    /** The most levels of bodies within bodies. */
    public static final int MAX_DEPTH = 64;

    private final Scanner in;
    private final Members members;
    private GraphBuilder builder = new GraphBuilder();
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Node> inputs = new HashMap<>();
    private final Set<String> outputs = new HashSet<>();
    private final Set<String> updates = new HashSet<>();
    private final BodyBlocks bodies = new BodyBlocks();
    /** Nodes defined so far, in all bodies. */
    private int defined;

    private GraphParser(Scanner in) {
        this.in = in;
        this.members = new Members(in);
    }

    /**
     * The graph a text describes; messages call the text {@code <text>}.
     *
     * @throws GraphSyntaxException if it describes none
     */
    public static Graph parse(String text) {
        return parse(text, "<text>");
    }

    /**
     * The graph a text describes.
     *
     * @param source what messages call the text
     * @throws GraphSyntaxException if it describes none
     */
    public static Graph parse(String text, String source) {
        Scanner in = new Scanner(source, text);
        if (text.length() > MAX_BYTES) {
            throw in.errorAt(0, "the text has " + text.length() + " characters, over the limit of " + MAX_BYTES);
        }
        return new GraphParser(in).graph();
    }

    /**
     * The graph a file in UTF-8 describes.
     *
     * @throws GraphSyntaxException if it describes none
     * @throws IOException if the file cannot be read
     */
    public static Graph parse(Path file) throws IOException {
        byte[] bytes;
        try (InputStream stream = Files.newInputStream(file)) {
            bytes = stream.readNBytes(MAX_BYTES + 1);
        }
        String source = file.toString();
        if (bytes.length > MAX_BYTES) {
            throw new GraphSyntaxException(source, 1, 1, "the file is over the limit of " + MAX_BYTES + " bytes");
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
        String text = chars.flip().toString();
        if (result.isError()) {
            throw new Scanner(source, text).errorAt(text.length(), "expected UTF-8 but found a byte that is none");
        }
        return parse(text, source);
    }

    private Graph graph() {
        in.blankLines();
        if (!in.acceptWord().equals("graph")) {
            throw in.expectedAt(in.began(), "the word \"graph\" at the start");
        }
        in.endOfLine("");
        while (true) {
            in.blankLines();
            if (in.atEnd()) {
                break;
            }
            statement("");
        }
        return built();
    }

    private Graph built() {
        if (outputs.isEmpty() && updates.isEmpty()) {
            throw in.expected("an output or update line");
        }
        return builder.build();
    }

    /** One statement, or a body with all of its own; true at the end of the body {@code inside}, which is empty for the graph itself. */
    private boolean statement(String inside) {
        String name = in.name("a node, output or update");
        int at = in.began();
        if (Scanner.RESERVED.contains(name)) {
            boolean end = name.equals("end") && !inside.isEmpty();
            switch (name) {
                case "output" -> output();
                case "update" -> update();
                case "body" -> {
                    body(at, inside);
                    return false;
                }
                default -> {
                    if (!end || outputs.isEmpty() && updates.isEmpty()) {
                        throw in.expectedAt(at, end ? "an output or update line" : "a node, output or update");
                    }
                }
            }
            in.endOfLine("");
            return end;
        }
        if (nodes.containsKey(name)) {
            throw in.errorAt(at, "expected a new name but " + name + " is defined above");
        }
        if (defined++ == MAX_NODES) {
            throw in.errorAt(at, "the text defines more than " + MAX_NODES + " nodes");
        }
        bodies.count();
        in.expect(':');
        TensorType type = members.type();
        in.expect('=');
        String word = in.word("an operation");
        int opAt = in.began();
        Node node = node(word, opAt, type);
        if (!node.type().equals(type)) {
            throw in.errorAt(opAt, "expected " + name + " to be " + node.type() + ", as " + word + " gives, but found the type " + type);
        }
        nodes.put(name, node);
        String label = name.startsWith("%") || node.op() instanceof Op.Input(String own, TensorType t) && own.equals(name) ? "" : name;
        boolean labelled = !label.isEmpty();
        if (in.nextIs('h')) {
            hint(node, inside);
        }
        if (in.nextIs('l')) {
            in.key("label");
            label = in.string("a label in quotes");
            labelled = true;
        }
        if (labelled) {
            builder.label(node, label);
        }
        in.endOfLine("");
        return false;
    }

    /** {@code body @1 … end}, in front of the graph's own statements. */
    private void body(int at, String inside) {
        if (!inside.isEmpty() || !nodes.isEmpty()) {
            throw in.errorAt(at, "a body must stand before all nodes, and not inside of another");
        }
        int number = in.number("the number of a body");
        if (bodies.get(number) != null) {
            throw in.errorAt(in.began(), "body @" + number + " is defined above");
        }
        in.endOfLine("");
        do {
            in.blankLines();
        } while (!statement("@" + number));
        bodies.define(number, built());
        builder = new GraphBuilder();
        nodes.clear();
        inputs.clear();
        outputs.clear();
        updates.clear();
    }

    /** {@code hint=checkpoint}, or with the number of a subgraph: {@code hint=recompute@2}. */
    private void hint(Node node, String inside) {
        in.key("hint");
        String word = in.acceptWord();
        int at = in.began();
        Hint.Kind kind = HINTS.get(word);
        if (kind == null) {
            throw in.expectedAt(at, "a hint (checkpoint, recompute@1 or result@1, with the number of a subgraph)");
        }
        int subgraph = kind != Hint.Kind.CHECKPOINT || in.nextIs('@') ? in.number("the number of a subgraph") : 0;
        if (subgraph == 0 && in.began() != at) {
            throw in.expectedAt(in.began(), "the number of a subgraph, which count from 1");
        }
        if (!inside.isEmpty()) {
            throw in.errorAt(at, "a node inside of body " + inside + " takes no hint");
        }
        try {
            builder.hint(node, new Hint(kind, subgraph));
        } catch (GraphException e) {
            throw members.refused(at, e);
        }
    }

    private Graph body(String key) {
        in.key(key);
        int number = in.number("the number of a body");
        Graph body = bodies.get(number);
        if (body == null) {
            throw in.errorAt(in.began(), "there is no body @" + number + " above");
        }
        if (bodies.depth() > MAX_DEPTH) {
            throw in.errorAt(in.began(), "bodies are nested more than " + MAX_DEPTH + " levels deep");
        }
        return body;
    }

    private boolean flag(String key) {
        in.key(key);
        return in.element(DType.BOOL) != 0;
    }

    private void output() {
        String name = in.string("an output's name in quotes");
        int at = in.began();
        in.expect('=');
        Node node = reference();
        if (!outputs.add(name)) {
            throw in.errorAt(at, "output " + Quoted.of(name) + " is declared twice");
        }
        builder.output(name, node);
    }

    private void update() {
        String name = in.string("an input's name in quotes");
        int at = in.began();
        Node state = inputs.get(name);
        if (state == null) {
            throw in.expectedAt(at, "the name of an input above");
        }
        in.expect('=');
        Node value = reference();
        if (!updates.add(name)) {
            throw in.errorAt(at, "update " + Quoted.of(name) + " is declared twice");
        }
        if (!value.type().equals(state.type())) {
            throw in.errorAt(in.began(), "expected a " + state.type() + ", the type of " + Quoted.of(name) + ", but found a " + value.type());
        }
        builder.update(state, value);
    }

    private Node reference() {
        String name = in.name("a node's name");
        Node node = nodes.get(name);
        if (node == null) {
            throw in.expectedAt(in.began(), "a node defined above");
        }
        return node;
    }

    // ---- operations

    private Node node(String word, int at, TensorType type) {
        List<Node> operands = in.nextIs('(') ? operands() : List.of();
        Op op = op(word, at, type);
        try {
            Node node = builder.apply(op, operands);
            if (op instanceof Op.Input(String name, TensorType t)) {
                inputs.put(name, node);
            }
            if (op instanceof Op.Nested nested && bodies.use(nested, operands) > MAX_NODES) {
                throw in.errorAt(at, "with its bodies in place, the graph would have more than " + MAX_NODES + " nodes");
            }
            return node;
        } catch (GraphException e) {
            throw members.refused(at, e);
        }
    }

    private List<Node> operands() {
        List<Node> operands = new ArrayList<>();
        in.expect('(');
        do {
            operands.add(reference());
        } while (in.accept(','));
        in.expect(')');
        return operands;
    }

    /** The op of a line, whose members follow its operands; RoundTripTest finds a kind that is missing here. */
    private Op op(String word, int at, TensorType type) {
        return switch (word) {
            case "input" -> input(type);
            case "constant" -> new Op.Constant(members.literal(type));
            case "iota" -> new Op.Iota(type, members.integer("axis"));
            case "cast" -> new Op.Cast(type.dtype());
            case "argmax" -> new Op.ArgReduce(Op.Extremum.MAX, members.integer("axis"));
            case "argmin" -> new Op.ArgReduce(Op.Extremum.MIN, members.integer("axis"));
            case "contract" -> new Op.Contract(members.list("left_batch"), members.list("right_batch"), members.list("left_contract"), members.list("right_contract"));
            case "gather" -> new Op.Gather(members.integer("axis"), members.integer("batch"));
            case "argsort" -> new Op.ArgSort(members.integer("axis"), members.truth("descending"), members.integer("count"));
            case "random" -> new Op.Random(type, members.integer("site"));
            case "concat" -> new Op.Concat(members.integer("axis"));
            case "reshape" -> new Op.Reshape(type.shape());
            case "transpose" -> new Op.Transpose(members.list("axes"));
            case "broadcast" -> new Op.Broadcast(type.shape(), members.list("axes"));
            case "slice" -> new Op.Slice(members.list("starts"), members.list("limits"), members.list("strides"));
            case "pad" -> new Op.Pad(members.list("low"), members.list("high"), members.list("interior"), members.fill());
            case "window" -> members.window();
            case "overlap_add" -> new Op.OverlapAdd(members.window(), type.shape());
            case "flip" -> new Op.Flip(members.list("axes"));
            case "scan" -> new Op.Scan(body("body"), members.integer("length"), flag("reverse"), members.integer("carries"), members.integer("scanned"), members.integer("result"));
            case "cond" -> new Op.Cond(body("then"), body("otherwise"), members.integer("result"));
            case "while" -> new Op.While(body("condition"), body("body"), members.integer("limit"), members.integer("carries"), members.integer("result"));
            case "custom" -> new Op.Custom(body("body"), body("vjp"), members.integer("result"));
            default -> {
                ScalarFn fn = FUNCTIONS.get(word);
                Monoid monoid = REDUCTIONS.get(word);
                Monoid cumulation = CUMULATIONS.get(word);
                Op.Combine scatter = SCATTERS.get(word);
                if (fn != null) {
                    yield new Op.Map(fn);
                } else if (monoid != null) {
                    yield new Op.Reduce(monoid, members.list("axes"));
                } else if (cumulation != null) {
                    yield new Op.Cumulate(cumulation, members.integer("axis"), members.truth("reverse"), members.truth("exclusive"));
                } else if (scatter != null) {
                    yield new Op.Scatter(scatter, members.integer("axis"), members.integer("batch"));
                }
                throw in.expectedAt(at, "an operation");
            }
        };
    }

    private Op input(TensorType type) {
        String name = in.string("an input's name in quotes");
        if (inputs.containsKey(name)) {
            throw in.errorAt(in.began(), "input " + Quoted.of(name) + " is declared twice");
        }
        return new Op.Input(name, type);
    }

}
