package bytegrad.runtime.artefact;

import bytegrad.runtime.Arena;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model's jar says of itself in the file {@code NAME.artefact}: by its numbers, code and values fit together.
 *
 * @param provenance where its code comes from
 * @param start how its function begins
 * @param resources the files with tensors that are beside it
 * @param variants its code, one for each width, scalar code first
 */
public record Description(Provenance provenance, Start start, List<Resource> resources, List<Variant> variants) {
    /** Checks that the variants are of one function, and copies the lists; throws IllegalArgumentException otherwise. */
    public Description {
        resources = List.copyOf(resources);
        variants = List.copyOf(variants);
        if (variants.isEmpty() || variants.get(0).bits() != 0) {
            throw new IllegalArgumentException("there is no scalar code");
        }
        Signature first = variants.get(0).signature();
        for (int k = 1; k < variants.size(); k++) {
            Signature s = variants.get(k).signature();
            if (variants.get(k).bits() <= variants.get(k - 1).bits()) {
                throw new IllegalArgumentException("widths do not grow");
            }
            if (!agree(first.inputs(), s.inputs()) || !agree(first.states(), s.states()) || !agree(first.outputs(), s.outputs()) || !first.kept().equals(s.kept())) {
                throw new IllegalArgumentException("code of " + variants.get(k).bits() + " bits has another signature than scalar code");
            }
        }
    }

    private static boolean agree(List<Slot> a, List<Slot> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int k = 0; k < a.size(); k++) {
            Slot x = a.get(k);
            Slot y = b.get(k);
            if (!x.name().equals(y.name()) || x.type() != y.type() || !x.shape().equals(y.shape())) {
                return false;
            }
        }
        return true;
    }

    /**
     * A file of tensors, checked when it is read.
     *
     * @param suffix of its name
     * @param length in bytes
     * @param crc32 of all of it, which finds damage, not malice
     */
    public record Resource(String suffix, long length, int crc32) {}

    /**
     * The code of one width.
     *
     * @param bits of a vector, or 0 for scalar code
     * @param signature where inputs, states and outputs are
     * @param arena the memory it takes
     * @param constants what the arena holds from the start
     */
    public record Variant(int bits, Signature signature, Arena arena, List<ConstantPlace> constants) {
        /** Copies the list. */
        public Variant {
            constants = List.copyOf(constants);
        }
    }

    /**
     * Where a constant goes.
     *
     * @param slot its place
     * @param name of the tensor in the file of constants
     */
    public record ConstantPlace(Slot slot, String name) {}

    /** The scalar code, whose signature is every variant's but for places. */
    public Variant scalar() {
        return variants.get(0);
    }

    /** The widest code of no more than so many bits. */
    Variant widest(int bits) {
        Variant widest = scalar();
        for (Variant v : variants) {
            widest = v.bits() <= bits ? v : widest;
        }
        return widest;
    }

    /** With another file in the place of that of its suffix. */
    Description with(Resource other) {
        List<Resource> all = new ArrayList<>();
        for (Resource r : resources) {
            all.add(r.suffix().equals(other.suffix()) ? other : r);
        }
        return new Description(provenance, start, all, variants);
    }
}
