package bytegrad.codegen;

import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.layer.Parameter;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.List;

/** First values of a session's parameters and states, by the nodes they were in the builder. */
public final class Initial {
    private Initial() {}

    /** Gives parameters and statistics what their initialisers say. */
    public static void parameters(Session session, List<Parameter> parameters, long seed) {
        parameters.forEach(p -> set(session, p.node(), p.initial(seed)));
    }

    /**
     * Gives every element of an input or state one value, such as an optimiser's {@code slot.initial()}.
     *
     * @param input a node that {@code b.input} made
     */
    public static void fill(Session session, Node input, double value) {
        double[] values = new double[input.type().size()];
        Arrays.fill(values, value);
        set(session, input, values);
    }

    private static void set(Session session, Node input, double[] values) {
        String name = ((Op.Input) input.op()).name();
        int[] dims = input.shape().toArray();
        session.set(name, switch (input.dtype()) {
            case F64 -> Tensor.of(values, dims);
            case F32 -> Tensor.of(floats(values), dims);
            case BF16 -> Tensor.ofBfloat16(floats(values), dims);
            case I32 -> Tensor.of(Arrays.stream(values).mapToInt(v -> (int) v).toArray(), dims);
            case I64 -> Tensor.of(Arrays.stream(values).mapToLong(v -> (long) v).toArray(), dims);
            case BOOL, U8, I8, I16 -> Tensor.zeros(ElementType.valueOf(input.dtype().name()), dims);
        });
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
