package bytegrad.benchmarks.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An ONNX model while it is written: the few messages of {@code onnx.proto} that the networks need, in protobuf's wire format. Values go by names, in the
 * order of the nodes.
 */
final class OnnxModel {
    /** TensorProto's element types. */
    static final int FLOAT = 1;
    static final int INT32 = 6;
    private static final int INT64 = 7;

    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 17;
    /** AttributeProto's type of one integer, and of several. */
    private static final int INT = 2;
    private static final int INTS = 7;

    private final Message graph = new Message();
    private int named;

    /** A message: numbered fields, each a variable-length integer or bytes behind their length. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int BYTES = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Message varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
            return this;
        }

        Message number(int field, long value) {
            return varint((long) field << 3 | VARINT).varint(value);
        }

        Message bytes(int field, byte[] value) {
            varint((long) field << 3 | BYTES).varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }
    }

    private String name() {
        return "v" + named++;
    }

    /** ValueInfoProto: a name and a type of constant extents. */
    private static Message value(String name, int type, int... shape) {
        Message dims = new Message();
        for (int d : shape) {
            dims.message(1, new Message().number(1, d));
        }
        return new Message().text(1, name).message(2, new Message().message(1, new Message().number(1, type).message(2, dims)));
    }

    String input(String name, int type, int... shape) {
        graph.message(11, value(name, type, shape));
        return name;
    }

    /** The result; its extents are left to be inferred. */
    void output(String value) {
        graph.message(12, new Message().text(1, value).message(2, new Message().message(1, new Message().number(1, FLOAT))));
    }

    /** An initialiser. */
    String constant(float[] values, int... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return initialiser(FLOAT, raw.array(), values.length == 1 ? new int[0] : shape);
    }

    /** The second operand of a reshape. */
    String shape(int... extents) {
        ByteBuffer raw = ByteBuffer.allocate(8 * extents.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int e : extents) {
            raw.putLong(e);
        }
        return initialiser(INT64, raw.array(), extents.length);
    }

    private String initialiser(int type, byte[] raw, int... shape) {
        String name = name();
        Message tensor = new Message();
        for (int d : shape) {
            tensor.number(1, d);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return name;
    }

    String node(String op, String... operands) {
        return node(op, List.of(operands), Map.of());
    }

    /** A list of one is an attribute of one integer where its name is {@code axis}. */
    String node(String op, List<String> operands, Map<String, List<Integer>> attributes) {
        return nodes(op, operands, attributes, 1).get(0);
    }

    List<String> nodes(String op, List<String> operands, Map<String, List<Integer>> attributes, int results) {
        Message node = new Message();
        operands.forEach(o -> node.text(1, o));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < results; i++) {
            names.add(name());
            node.text(2, names.get(i));
        }
        node.text(4, op);
        attributes.forEach((name, values) -> {
            Message attribute = new Message().text(1, name);
            if (name.equals("axis")) {
                attribute.number(3, values.get(0)).number(20, INT);
            } else {
                values.forEach(v -> attribute.number(8, v));
                attribute.number(20, INTS);
            }
            node.message(5, attribute);
        });
        graph.message(1, node);
        return names;
    }

    /** ModelProto. */
    byte[] bytes() {
        graph.text(2, "workload");
        Message operators = new Message().text(1, "").number(2, OPERATOR_SET);
        return new Message().number(1, IR_VERSION).message(7, graph).message(8, operators).out.toByteArray();
    }
}
