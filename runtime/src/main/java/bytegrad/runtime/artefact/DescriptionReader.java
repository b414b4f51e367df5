package bytegrad.runtime.artefact;

import bytegrad.runtime.Arena;
import bytegrad.runtime.BytegradException;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Reads what {@link DescriptionWriter} writes. Nothing is believed: lists are no longer than the bytes that are left could hold, every slot lies in its slab, and
 * variants are of one function. What is made takes some ten times the bytes at most.
 */
final class DescriptionReader {
    /** More than any signature and its constants take. */
    static final int LONGEST = 64 << 20;

    /** As values() has it: a copy for each question would be one for each slot. */
    private static final ElementType[] TYPES = ElementType.values();

    private static final Start[] STARTS = Start.values();

    private final String place;
    private final ByteBuffer in;

    private DescriptionReader(String place, ByteBuffer in) {
        this.place = place;
        this.in = in;
    }

    /**
     * The description.
     *
     * @param place of the bytes, for messages
     * @throws FormatException if the bytes are none, or are those of another format
     */
    static Description of(String place, byte[] bytes) {
        DescriptionReader reader = new DescriptionReader(place, ByteBuffer.wrap(bytes));
        if (bytes.length < 12 || reader.in.getInt() != DescriptionWriter.MAGIC) {
            throw new FormatException(place, 0, "is no description of a Bytegrad model: wrong magic");
        }
        int format = reader.in.getInt();
        if (format != DescriptionWriter.FORMAT) {
            throw new FormatException(place, 4, "is of format " + format + ", but this runtime reads format " + DescriptionWriter.FORMAT
                    + ": use the bytegrad-runtime that belongs to the compiler of this jar");
        }
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length - 4);
        if ((int) crc.getValue() != ByteBuffer.wrap(bytes).getInt(bytes.length - 4)) {
            throw new FormatException(place, "is damaged: its checksum is wrong");
        }
        reader.in.limit(bytes.length - 4);
        Description d = reader.description();
        if (reader.in.hasRemaining()) {
            throw reader.error("more follows the end of the description");
        }
        return d;
    }

    private Description description() {
        Provenance provenance = new Provenance(text(), text(), text(), text());
        Start start = STARTS[below(byteUnsigned(), STARTS.length, "a way to start")];
        List<Description.Resource> resources = new ArrayList<>();
        for (int left = count(16); left > 0; left--) {
            resources.add(new Description.Resource(text(), whole(long64(), "a length"), int32()));
        }
        List<Description.Variant> variants = new ArrayList<>();
        for (int left = count(60); left > 0; left--) {
            variants.add(variant());
        }
        try {
            return new Description(provenance, start, resources, variants);
        } catch (IllegalArgumentException e) {
            throw error("contradicts itself: " + e.getMessage());
        }
    }

    private Description.Variant variant() {
        int bits = int32();
        if (bits != 0 && bits != 128 && bits != 256 && bits != 512) {
            throw error("code of " + bits + " bits");
        }
        Arena arena = new Arena(size(), size(), size(), size(), size(), size(), size(), size(), size());
        Set<String> names = new HashSet<>();
        List<Slot> inputs = slots(arena, names);
        List<Slot> states = slots(arena, names);
        // An output may have the name of a state.
        List<Slot> outputs = slots(arena, new HashSet<>());
        Set<String> kept = kept(inputs);
        List<Description.ConstantPlace> constants = new ArrayList<>();
        for (int left = count(14); left > 0; left--) {
            constants.add(new Description.ConstantPlace(slot(arena), text()));
        }
        return new Description.Variant(bits, new Signature(inputs, states, outputs, kept), arena, constants);
    }

    private Set<String> kept(List<Slot> inputs) {
        Set<String> names = new HashSet<>();
        for (Slot s : inputs) {
            names.add(s.name());
        }
        Set<String> kept = new HashSet<>();
        for (int left = count(4); left > 0; left--) {
            String name = text();
            if (!names.contains(name) || !kept.add(name)) {
                throw error("keeps '" + name + "', which is no input, or twice");
            }
        }
        return kept;
    }

    private List<Slot> slots(Arena arena, Set<String> names) {
        List<Slot> slots = new ArrayList<>();
        for (int left = count(10); left > 0; left--) {
            Slot s = slot(arena);
            if (!names.add(s.name())) {
                throw error("two tensors are called '" + s.name() + "'");
            }
            slots.add(s);
        }
        return slots;
    }

    private Slot slot(Arena arena) {
        String name = text();
        ElementType type = TYPES[below(byteUnsigned(), TYPES.length, "an element type")];
        int[] dims = new int[below(byteUnsigned(), Tensor.MAX_RANK + 1, "a rank")];
        List<Integer> shape = new ArrayList<>(dims.length);
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = size();
            shape.add(dims[axis]);
        }
        int offset = size();
        int size;
        try {
            size = Tensor.sizeOf(dims);
        } catch (BytegradException e) {
            throw error("'" + name + "': " + e.getMessage());
        }
        if (offset > arena.elements(type) - size) {
            throw error("'" + name + "' takes " + size + " elements from " + offset + " on in a slab of " + arena.elements(type));
        }
        return new Slot(name, type, shape, offset);
    }

    /** The length of a list whose members take so many bytes at least. */
    private int count(int least) {
        int n = int32();
        if (n < 0 || n > in.remaining() / least) {
            throw error("a list of " + n + " members in " + in.remaining() + " bytes");
        }
        return n;
    }

    private String text() {
        int length = count(1);
        String s = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return s;
    }

    private int size() {
        return (int) whole(int32(), "a size");
    }

    private long whole(long n, String what) {
        if (n < 0) {
            throw error(what + " is " + n);
        }
        return n;
    }

    private int below(int n, int end, String what) {
        if (n >= end) {
            throw error(what + " has the number " + n);
        }
        return n;
    }

    private int byteUnsigned() {
        require(1);
        return in.get() & 0xff;
    }

    private int int32() {
        require(4);
        return in.getInt();
    }

    private long long64() {
        require(8);
        return in.getLong();
    }

    private void require(int bytes) {
        if (in.remaining() < bytes) {
            throw error("ends early");
        }
    }

    private FormatException error(String reason) {
        return new FormatException(place, in.position(), reason);
    }
}
