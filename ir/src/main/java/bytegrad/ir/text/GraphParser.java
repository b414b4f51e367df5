package bytegrad.ir.text;

import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
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
import java.util.Map;
import java.util.Objects;
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
    private static final Map<String, DType> DTYPES = new HashMap<>();

    static {
        Arrays.stream(ScalarFn.values()).forEach(f -> FUNCTIONS.put(f.text(), f));
        Arrays.stream(Monoid.values()).forEach(m -> REDUCTIONS.put("reduce_" + m.text(), m));
        Arrays.stream(Monoid.values()).forEach(m -> CUMULATIONS.put("cumulate_" + m.text(), m));
        Arrays.stream(Op.Combine.values()).forEach(c -> SCATTERS.put("scatter_" + c.text(), c));
        Arrays.stream(DType.values()).forEach(d -> DTYPES.put(d.text(), d));
    }

    /** The most levels of bodies within bodies. */
    public static final int MAX_DEPTH = 64;

    private final Scanner in;
    private GraphBuilder builder = new GraphBuilder();
    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Node> inputs = new HashMap<>();
    private final Set<String> outputs = new HashSet<>();
    private final Set<String> updates = new HashSet<>();
    private final Map<Integer, Body> bodies = new HashMap<>();
    /** Nodes defined so far, in all bodies. */
    private int defined;
    private int filled;
    /** Ops with bodies in the graph being read; nodes that differ in the result alone run them once. */
    private final Set<Group> groups = new HashSet<>();
    /** Of the graph being read: levels of bodies it has inside, and nodes there would be if each stood where it is used. */
    private int depth;
    private long expanded;

    private record Group(Op.Nested op, List<Node> operands) {}

    /** A body that was read. */
    private record Body(Graph graph, int depth, long expanded) {}

    private GraphParser(Scanner in) {
        this.in = in;
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
                    if (!end) {
                        throw in.expectedAt(at, "a node, output or update");
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
        expanded++;
        in.expect(':');
        TensorType type = type();
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
        int number = in.bodyNumber();
        if (bodies.containsKey(number)) {
            throw in.errorAt(in.began(), "body @" + number + " is defined above");
        }
        in.endOfLine("");
        do {
            in.blankLines();
        } while (!statement("@" + number));
        bodies.put(number, new Body(built(), depth + 1, expanded));
        builder = new GraphBuilder();
        nodes.clear();
        inputs.clear();
        outputs.clear();
        updates.clear();
        groups.clear();
        depth = 0;
        expanded = 0;
    }

    private Graph body(String key) {
        in.key(key);
        int number = in.bodyNumber();
        Body body = bodies.get(number);
        if (body == null) {
            throw in.errorAt(in.began(), "there is no body @" + number + " above");
        }
        depth = Math.max(depth, body.depth());
        if (depth > MAX_DEPTH) {
            throw in.errorAt(in.began(), "bodies are nested more than " + MAX_DEPTH + " levels deep");
        }
        return body.graph();
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

    private TensorType type() {
        DType dtype = DTYPES.get(in.acceptWord());
        int at = in.began();
        if (dtype == null) {
            throw in.expectedAt(at, "a dtype (f32, f64, i32, i64, bool, u8, i8, i16 or bf16)");
        }
        List<Integer> dims = list();
        try {
            return new TensorType(dtype, Shape.of(dims));
        } catch (GraphException e) {
            throw refused(at, e);
        }
    }

    /** Integers in brackets, no more of them than a tensor may have axes. */
    private List<Integer> list() {
        in.expect('[');
        List<Integer> values = new ArrayList<>();
        if (in.accept(']')) {
            return values;
        }
        do {
            int value = in.integer("an integer");
            if (values.size() == Shape.MAX_RANK) {
                throw in.errorAt(in.began(), "expected at most " + Shape.MAX_RANK + " numbers, one for each axis");
            }
            values.add(value);
        } while (in.accept(','));
        in.expect(']');
        return values;
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
            if (op instanceof Op.Nested nested && groups.add(new Group(Bodies.result(nested, 0), operands))) {
                expand(nested, at);
            }
            return node;
        } catch (GraphException e) {
            throw refused(at, e);
        }
    }

    /** A body may be used by several, which may be used by several: few lines can be a lot of work. */
    private void expand(Op.Nested op, int at) {
        for (Graph g : Bodies.of(op)) {
            expanded += bodies.values().stream().filter(b -> b.graph() == g).mapToLong(Body::expanded).sum();
        }
        if (expanded > MAX_NODES) {
            throw in.errorAt(at, "with its bodies in place, the graph would have more than " + MAX_NODES + " nodes");
        }
    }

    /** What the graph's own rules say, at its place in the text. */
    private GraphSyntaxException refused(int at, GraphException e) {
        // A builder's complaint names the line of our own source, its cause does not.
        Throwable plain = e.getCause() instanceof GraphException cause ? cause : e;
        return in.errorAt(at, Objects.requireNonNullElse(plain.getMessage(), "not a graph"));
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
            case "constant" -> new Op.Constant(literal(type));
            case "iota" -> new Op.Iota(type, integer("axis"));
            case "cast" -> new Op.Cast(type.dtype());
            case "argmax" -> new Op.ArgReduce(Op.Extremum.MAX, integer("axis"));
            case "argmin" -> new Op.ArgReduce(Op.Extremum.MIN, integer("axis"));
            case "contract" -> new Op.Contract(list("left_batch"), list("right_batch"), list("left_contract"), list("right_contract"));
            case "gather" -> new Op.Gather(integer("axis"), integer("batch"));
            case "argsort" -> new Op.ArgSort(integer("axis"), truth("descending"), integer("count"));
            case "random" -> new Op.Random(type, integer("site"));
            case "concat" -> new Op.Concat(integer("axis"));
            case "reshape" -> new Op.Reshape(type.shape());
            case "transpose" -> new Op.Transpose(list("axes"));
            case "broadcast" -> new Op.Broadcast(type.shape(), list("axes"));
            case "slice" -> new Op.Slice(list("starts"), list("limits"), list("strides"));
            case "pad" -> new Op.Pad(list("low"), list("high"), list("interior"), fill());
            case "window" -> window();
            case "overlap_add" -> new Op.OverlapAdd(window(), type.shape());
            case "flip" -> new Op.Flip(list("axes"));
            case "scan" -> new Op.Scan(body("body"), integer("length"), flag("reverse"), integer("carries"), integer("scanned"), integer("result"));
            case "cond" -> new Op.Cond(body("then"), body("otherwise"), integer("result"));
            case "while" -> new Op.While(body("condition"), body("body"), integer("limit"), integer("carries"), integer("result"));
            case "custom" -> new Op.Custom(body("body"), body("vjp"), integer("result"));
            default -> {
                ScalarFn fn = FUNCTIONS.get(word);
                Monoid monoid = REDUCTIONS.get(word);
                Monoid cumulation = CUMULATIONS.get(word);
                Op.Combine scatter = SCATTERS.get(word);
                if (fn != null) {
                    yield new Op.Map(fn);
                } else if (monoid != null) {
                    yield new Op.Reduce(monoid, list("axes"));
                } else if (cumulation != null) {
                    yield new Op.Cumulate(cumulation, integer("axis"), truth("reverse"), truth("exclusive"));
                } else if (scatter != null) {
                    yield new Op.Scatter(scatter, integer("axis"), integer("batch"));
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

    private Op.Window window() {
        return new Op.Window(list("axes"), list("sizes"), list("strides"), list("dilations"));
    }

    private int integer(String key) {
        in.key(key);
        return in.integer("an integer");
    }

    private boolean truth(String key) {
        in.key(key);
        return in.element(DType.BOOL) != 0;
    }

    private List<Integer> list(String key) {
        in.key(key);
        return list();
    }

    private double fill() {
        in.key("fill");
        return Double.longBitsToDouble(in.element(DType.F64));
    }

    private Literal literal(TensorType type) {
        int size = type.size();
        if (!in.accept('[')) {
            long element = in.element(type.dtype());
            filled += size > 1 ? size : 0;
            if (filled > MAX_FILLED || filled < 0 || size == 0) {
                throw in.errorAt(in.began(), size == 0 ? "expected [] as the value of " + type
                        : "one element stands for " + size + "; write it as a broadcast of a scalar");
            }
            long[] bits = new long[size];
            Arrays.fill(bits, element);
            return Literal.ofBits(type, bits);
        }
        // The text that is left bounds the array, whatever the type claims.
        long[] bits = new long[Math.min(size, in.remaining() / 2 + 1)];
        int n = 0;
        if (!in.nextIs(']')) {
            do {
                long element = in.element(type.dtype());
                if (n == size) {
                    throw in.errorAt(in.began(), "expected " + size + " elements for " + type + " but found more");
                }
                bits[n++] = element;
            } while (in.accept(','));
        }
        in.spaces();
        int end = in.at();
        in.expect(']');
        if (n != size) {
            throw in.errorAt(end, "expected " + size + " elements for " + type + " but found " + n);
        }
        return Literal.ofBits(type, bits);
    }
}
