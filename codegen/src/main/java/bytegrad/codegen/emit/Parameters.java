package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The parameters of a kernel's methods: the slabs of the dtypes it uses, in the order of {@link DType}, then an offset for each
 * buffer unless they are baked in, then the method's own ints.
 */
final class Parameters {
    /** The JVM allows 255 parameters; some are left for slabs and a method's own. {@code ParallelFor} keeps as many. */
    private static final int MOST_OFFSETS = 200;

    static final String LOOPS = "bytegrad/runtime/ParallelFor";
    static final String SLABS = "bytegrad/runtime/Slabs";

    private final Kernel kernel;
    private final boolean baked;
    private final List<Integer> offsets;
    private final Map<DType, Integer> slabs = new EnumMap<>(DType.class);

    /**
     * Of a kernel whose buffers are at these offsets.
     *
     * @param bake whether offsets are constants; they always are where there are too many to be passed
     */
    Parameters(Kernel kernel, List<Integer> offsets, boolean bake) {
        this.kernel = kernel;
        this.offsets = offsets;
        this.baked = bakes(kernel, bake);
        Set<DType> used = EnumSet.noneOf(DType.class);
        kernel.buffers().forEach(b -> used.add(b.dtype()));
        used.forEach(d -> slabs.put(d, slabs.size()));
    }

    static boolean bakes(Kernel kernel, boolean asked) {
        return asked || kernel.buffers().size() > MOST_OFFSETS;
    }

    /** The dtypes whose slabs are passed, in order. */
    Set<DType> slabTypes() {
        return slabs.keySet();
    }

    /** The slot of the slab the buffer is in. */
    int slab(int buffer) {
        Integer slot = slabs.get(kernel.buffers().get(buffer).dtype());
        if (slot == null) {
            throw new AssertionError("every buffer's dtype has a slab");
        }
        return slot;
    }

    /** The slot of the buffer's offset, or −1 if it is baked in. */
    int offsetSlot(int buffer) {
        return baked ? -1 : slabs.size() + buffer;
    }

    int bakedOffset(int buffer) {
        return offsets.get(buffer);
    }

    /** How many offsets are passed. */
    int offsetCount() {
        return baked ? 0 : kernel.buffers().size();
    }

    /** The first slot of a method's own parameters. */
    int firstParameter() {
        return slabs.size() + offsetCount();
    }

    String descriptor(int ownParameters) {
        List<String> arrays = new ArrayList<>();
        slabTypes().forEach(d -> arrays.add(arrayDescriptor(d)));
        return "(" + String.join("", arrays) + "I".repeat(offsetCount() + ownParameters) + ")V";
    }

    /** Of the first method: where it has parallel loops, what runs them follows the rest. */
    String entryDescriptor() {
        return hasLoops() ? descriptor(0).replace(")", "L" + LOOPS + ";)") : descriptor(0);
    }

    /** Whether the kernel has parallel loops. */
    boolean hasLoops() {
        return kernel.methods().getFirst().body().stream().anyMatch(s -> s instanceof Stmt.Parallel);
    }

    /** ( → slab); from the slabs in a slot. */
    static void slab(Code code, int slabs, DType dtype) {
        String field = switch (dtype) {
            case F32 -> "f";
            case F64 -> "d";
            case I32 -> "i";
            case I64 -> "l";
            case BOOL -> "z";
            case U8 -> "u8";
            case I8 -> "i8";
            case I16 -> "i16";
            case BF16 -> "bf16";
        };
        code.loadRef(slabs);
        code.getField(SLABS, field, arrayDescriptor(dtype));
    }

    static String arrayDescriptor(DType dtype) {
        return switch (dtype) {
            case BOOL -> "[Z";
            case U8, I8 -> "[B";
            case I16, BF16 -> "[S";
            case F32, F64, I32, I64 -> "[" + VectorType.of(dtype).element();
        };
    }
}
