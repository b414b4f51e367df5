package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import java.util.List;
import org.objectweb.asm.Opcodes;

/** Writes {@code chunk(region, chunk, offsets, slabs)} of the main class: the call of one chunk of each parallel loop. */
final class ChunkEmitter {
    private static final String DESCRIPTOR = "(II[IL" + Parameters.SLABS + ";)V";
    private static final int CALL_SIZE = 70;
    private static final int INDEX_SIZE = 10;

    private final ArtefactWriter artefact;

    ChunkEmitter(ArtefactWriter artefact) {
        this.artefact = artefact;
    }

    /**
     * A parallel loop's method.
     *
     * @param offsets how many it takes
     * @param extents of the numbers that it takes; a chunk is an index, in row-major order
     */
    record Region(String owner, String method, String descriptor, List<DType> slabs, int offsets, List<Integer> extents) {}

    /** Nothing where there are no loops. */
    void emit(List<Region> regions, ClassPart main) {
        List<NumberedCalls.Call> calls = java.util.stream.IntStream.range(0, regions.size())
                .mapToObj(number -> {
                    Region region = regions.get(number);
                    return new NumberedCalls.Call(CALL_SIZE + 4 * region.offsets() + INDEX_SIZE * region.extents().size(), (code, part, slot) -> call(code, part, slot, number, region));
                })
                .toList();
        new NumberedCalls(artefact, "chunk", "c", DESCRIPTOR, List.of(true, true, false, false)).emit(calls, "regions", main);
    }

    /** ( → ). */
    private static void call(Code code, ClassPart part, int slot, int number, Region region) {
        code.line(part.line("  loop " + number + ": " + region.method()));
        region.slabs().forEach(d -> Parameters.slab(code, slot + 3, d));
        for (int k = 0; k < region.offsets(); k++) {
            code.loadRef(slot + 2);
            code.intConst(k);
            code.arrayLoad(DType.I32);
        }
        numbers(code, slot + 1, region.extents());
        code.invokeStatic(region.owner(), region.method(), region.descriptor());
    }

    /** ( → a number for each extent): the index that the chunk is. */
    private static void numbers(Code code, int chunk, List<Integer> extents) {
        int inside = extents.stream().reduce(1, Math::multiplyExact);
        for (int k = 0; k < extents.size(); k++) {
            inside /= extents.get(k);
            code.loadInt(chunk);
            if (inside > 1) {
                code.intConst(inside);
                code.insn(Opcodes.IDIV);
            }
            if (k > 0) {
                code.intConst(extents.get(k));
                code.insn(Opcodes.IREM);
            }
        }
    }
}
