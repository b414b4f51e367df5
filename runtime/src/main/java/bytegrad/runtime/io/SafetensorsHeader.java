package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the JSON of a safetensors file declares, checked: spans of data that follow each other without a gap. */
final class SafetensorsHeader {
    static final String METADATA = "__metadata__";

    private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

    private final ByteSource source;
    private final List<Span> spans = new ArrayList<>();
    private final SortedMap<String, String> metadata = new TreeMap<>();

    private SafetensorsHeader(ByteSource source) {
        this.source = source;
    }

    /** One tensor: its data is at {@code begin} until before {@code end}, counted from the end of the header. */
    static final class Span {
        final String name;
        final StoredType type;
        final long begin;
        final long end;
        private final int[] shape;

        private Span(String name, StoredType type, int[] shape, long begin, long end) {
            this.name = name;
            this.type = type;
            this.shape = shape;
            this.begin = begin;
            this.end = end;
        }

        int[] shape() {
            return shape;
        }
    }

    /** Checks a header against the bytes that are left in {@code source}. */
    static SafetensorsHeader of(ByteSource source, Json json) {
        if (!(json instanceof Json.Obj members)) {
            throw source.errorInWhole("the safetensors header is no JSON object");
        }
        SafetensorsHeader header = new SafetensorsHeader(source);
        for (Map.Entry<String, Json> member : members.members().entrySet()) {
            if (member.getKey().equals(METADATA)) {
                header.readMetadata(member.getValue());
            } else {
                header.spans.add(header.span(member.getKey(), member.getValue()));
            }
        }
        header.checkLayout(source.remaining());
        return header;
    }

    /** The tensors in the order of their data. */
    List<Span> spans() {
        return spans;
    }

    SortedMap<String, String> metadata() {
        return metadata;
    }

    private void readMetadata(Json json) {
        if (!(json instanceof Json.Obj entries)) {
            throw source.errorInWhole(METADATA + " is no JSON object");
        }
        for (Map.Entry<String, Json> entry : entries.members().entrySet()) {
            if (!(entry.getValue() instanceof Json.Str value)) {
                throw source.errorInWhole(METADATA + ": " + ByteSource.quote(entry.getKey()) + " is no string");
            }
            metadata.put(entry.getKey(), value.value());
        }
    }

    private Span span(String name, Json json) {
        if (!(json instanceof Json.Obj fields) || !fields.members().keySet().equals(KEYS)) {
            throw error(name, "does not have exactly dtype, shape and data_offsets");
        }
        StoredType type = type(name, fields.members().get("dtype"));
        int[] shape = shape(name, fields.members().get("shape"));
        long[] offsets = offsets(name, fields.members().get("data_offsets"));
        long bytes = (long) ElementReader.sizeOf(source, shape) * type.bytes();
        long taken = offsets[1] - offsets[0];
        if (taken != bytes) {
            throw error(name, "takes " + taken + " bytes by its offsets, " + bytes + " by its shape");
        }
        return new Span(name, type, shape, offsets[0], offsets[1]);
    }

    private StoredType type(String name, @Nullable Json json) {
        String dtype = json instanceof Json.Str str ? str.value() : "";
        return switch (dtype) {
            case "F32" -> StoredType.F32;
            case "F64" -> StoredType.F64;
            case "I32" -> StoredType.I32;
            case "I64" -> StoredType.I64;
            case "BOOL" -> StoredType.BOOL;
            case "U8" -> StoredType.U8;
            case "I8" -> StoredType.I8;
            case "I16" -> StoredType.I16;
            case "BF16" -> StoredType.BF16;
            default -> throw error(
                    name, "dtype " + ByteSource.quote(dtype) + " is not supported; F32, F64, I32, I64, BOOL, U8, I8, I16 and BF16 are");
        };
    }

    private int[] shape(String name, @Nullable Json json) {
        long[] extents = numbers(name, "shape", json, Tensor.MAX_RANK);
        int[] shape = new int[extents.length];
        for (int i = 0; i < shape.length; i++) {
            if (extents[i] > Integer.MAX_VALUE) {
                throw error(name, "extent " + extents[i] + " is over 2147483647");
            }
            shape[i] = (int) extents[i];
        }
        return shape;
    }

    private long[] offsets(String name, @Nullable Json json) {
        long[] offsets = numbers(name, "data_offsets", json, 2);
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw error(name, "data_offsets is no pair of begin and end");
        }
        if (offsets[1] > source.remaining()) {
            throw error(name, "ends at data byte " + offsets[1] + "; the file has " + source.remaining());
        }
        return offsets;
    }

    private long[] numbers(String name, String key, @Nullable Json json, int most) {
        if (!(json instanceof Json.Arr arr)) {
            throw error(name, key + " is no array");
        }
        if (arr.items().size() > most) {
            throw error(name, key + " has " + arr.items().size() + " numbers, over the limit of " + most);
        }
        long[] numbers = new long[arr.items().size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = whole(name, key, arr.items().get(i));
        }
        return numbers;
    }

    private long whole(String name, String key, Json json) {
        if (json instanceof Json.Num num && num.text().matches("[0-9]{1,18}")) {
            return num.toLong();
        }
        throw error(name, key + " has something else than whole numbers from 0 to 10^18 - 1");
    }

    /** Empty tensors share their offset with the next one, hence the second key. */
    private void checkLayout(long dataBytes) {
        spans.sort(Comparator.comparingLong((Span span) -> span.begin).thenComparingLong(span -> span.end));
        long expected = 0;
        for (Span span : spans) {
            if (span.begin < expected) {
                throw error(span.name, "overlaps another: begins at data byte " + span.begin + ", not " + expected);
            } else if (span.begin > expected) {
                throw error(span.name, "leaves a gap: begins at data byte " + span.begin + ", not " + expected);
            }
            expected = span.end;
        }
        if (expected != dataBytes) {
            throw source.errorInWhole("the tensors take " + expected + " data bytes; the file has " + dataBytes);
        }
    }

    private FormatException error(String name, String reason) {
        return source.errorInWhole("tensor " + ByteSource.quote(name) + ": " + reason);
    }
}
