package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The buffers of a kernel, numbered as they are first met. */
public final class Buffers {
    private record Use(int number, boolean read, boolean written) {}

    private final Map<Place, Use> uses = new LinkedHashMap<>();
    private final Set<Integer> storedAhead = new HashSet<>();
    private int scratches;

    public int read(Place p) {
        return use(p, true, false);
    }

    public int write(Place p) {
        return use(p, false, true);
    }

    /** Space for the launch alone, of its own. */
    public int scratch(DType dtype, int size) {
        return use(new Place.Scratch(scratches++, dtype, size), true, true);
    }

    /** Whether a buffer is space for the launch alone. */
    boolean isScratch(int number) {
        return uses.entrySet().stream().anyMatch(e -> e.getValue().number == number && e.getKey() instanceof Place.Scratch);
    }

    /** Notes that loops in front of the rest of a row store a result, which nothing in the kernel reads or writes in place. */
    void storedAhead(int number) {
        storedAhead.add(number);
    }

    /** Whether a buffer is such a result, or scratch. */
    boolean isStoredAhead(int number) {
        return storedAhead.contains(number) || isScratch(number);
    }

    private int use(Place p, boolean read, boolean written) {
        Use known = uses.getOrDefault(p, new Use(uses.size(), false, false));
        uses.put(p, new Use(known.number, known.read || read, known.written || written));
        return known.number;
    }

    public List<Place> places() {
        return List.copyOf(uses.keySet());
    }

    public List<Kernel.Buffer> declarations() {
        List<Kernel.Buffer> list = new ArrayList<>();
        uses.forEach((p, u) -> {
            Kernel.Access access = p instanceof Place.Scratch ? Kernel.Access.SCRATCH
                    : !u.written ? Kernel.Access.READ : u.read ? Kernel.Access.READ_WRITE : Kernel.Access.WRITE;
            list.add(new Kernel.Buffer(p.dtype(), p.size(), access));
        });
        return list;
    }
}
