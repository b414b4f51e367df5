package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;

/**
 * The contents of a safetensors file: eight bytes of header length, a JSON header, little-endian row-major data without
 * gaps. dtypes F32, F64, I32, I64, BOOL, U8, I8, I16 and BF16; others are refused by name. Format:
 * https://github.com/huggingface/safetensors#format.
 *
 * @param tensors by name
 * @param metadata the strings of {@code __metadata__}; empty where there are none
 */
public record Safetensors(SortedMap<String, Tensor> tensors, SortedMap<String, String> metadata) {
    /** The limit of the reference implementation. */
    private static final long LONGEST_HEADER = 100_000_000;

    private static final int ALIGNMENT = 8;
    private static final int CHUNK = 1 << 16;

    /** Makes both maps unmodifiable copies; the tensors are not copied. */
    public Safetensors {
        tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** Reads tensors that take at most half of the heap; throws FormatException, see {@link #read(Path, long)}. */
    public static Safetensors read(Path path) {
        return read(path, ReadBudget.ofHeap());
    }

    /**
     * Reads all tensors.
     *
     * @param maxBytes the most bytes of elements that may be made
     * @throws FormatException where the file is missing or truncated, the header is no strict JSON of the form, a dtype
     *     is unsupported, a size does not match its shape, data overlaps, has gaps or is not all declared; a checksum is wrong;
     *     or it is over {@code maxBytes}
     */
    public static Safetensors read(Path path, long maxBytes) {
        try (ByteSource source = ByteSource.ofFile(path)) {
            return read(source, maxBytes);
        }
    }

    /**
     * Reads all tensors of a stream, and closes it.
     *
     * @param place of the stream, for messages
     * @param length how many bytes it has
     * @param maxBytes the most bytes of elements that may be made
     * @throws FormatException as {@link #read(Path, long)}, or where the stream has more or fewer bytes
     */
    public static Safetensors read(String place, InputStream in, long length, long maxBytes) {
        try (ByteSource source = ByteSource.ofLength(place, in, length)) {
            return read(source, maxBytes);
        }
    }

    private static Safetensors read(ByteSource source, long maxBytes) {
        ReadBudget budget = new ReadBudget(maxBytes);
        CRC32 crc = new CRC32();
        SafetensorsHeader header = readHeader(source, crc);
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        for (SafetensorsHeader.Span span : header.spans()) {
            Tensor tensor = ElementReader.read(source, span.type, ByteOrder.LITTLE_ENDIAN, span.shape(), budget);
            tensors.put(span.name, tensor);
        }
        source.requireEnd("the declared data");
        return new Safetensors(tensors, checked(source, header, crc));
    }

    /** Whether a file is there and has all its data; where it has a checksum, that this is right too. Keeps nothing in memory. */
    public static boolean isWhole(Path path) {
        try (ByteSource source = ByteSource.ofFile(path)) {
            CRC32 crc = new CRC32();
            SafetensorsHeader header = readHeader(source, crc);
            byte[] chunk = new byte[CHUNK];
            while (source.read(chunk, 0, CHUNK) == CHUNK) {
                // All that is wanted of it is in the checksum.
            }
            checked(source, header, crc);
            return source.remaining() == 0;
        } catch (FormatException e) {
            return false;
        }
    }

    private static SafetensorsHeader readHeader(ByteSource source, CRC32 crc) {
        byte[] lengthBytes = source.take(8, "the header length");
        long length = ByteBuffer.wrap(lengthBytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        // What is parsed takes some ten times its text.
        long limit = Math.min(LONGEST_HEADER, Runtime.getRuntime().maxMemory() / 16);
        if (length < 0 || length > limit) {
            throw source.error("a header of " + Long.toUnsignedString(length) + " bytes is over the limit of "
                    + limit + ": is this a safetensors file?");
        }
        long start = source.position();
        byte[] text = source.take((int) length, "the header");
        if (length == 0 || text[0] != '{') {
            throw new FormatException(source.place(), start, "the safetensors header does not start with {");
        }
        crc.update(lengthBytes);
        HeaderChecksum.update(crc, text);
        source.addTo(crc);
        return SafetensorsHeader.of(source, new JsonParser(source.place(), text, start).parse());
    }

    /** The metadata but for the checksum, which is compared with that of everything read. */
    private static SortedMap<String, String> checked(ByteSource source, SafetensorsHeader header, CRC32 crc) {
        SortedMap<String, String> metadata = new TreeMap<>(header.metadata());
        String declared = metadata.remove(HeaderChecksum.KEY);
        if (declared != null && !declared.equals(HeaderChecksum.text(crc))) {
            throw source.errorInWhole("the checksum is wrong: the file is damaged, or was changed by a program that left the metadata \"" + HeaderChecksum.KEY + "\" in it");
        }
        return metadata;
    }

    /** Writes tensors without metadata; see {@link #write(Path, Map, Map)}. */
    public static void write(Path path, Map<String, Tensor> tensors) {
        write(path, tensors, Map.of());
    }

    /**
     * Writes tensors, those with the widest elements first, else ordered by name, so that all are aligned in the file;
     * the same contents give the same bytes.
     *
     * @throws WriteException where the file system refuses, a name or string is no Unicode text, or a tensor is called
     *     {@code __metadata__}
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        AtomicFile.write(path, body(path, tensors, metadata));
    }

    /**
     * What {@link #write(Path, Map, Map)} puts into the file, for one that is part of another: the same bytes each time.
     *
     * @param path of the file, for messages
     * @throws WriteException at once, as {@link #write(Path, Map, Map)}
     */
    public static AtomicFile.Body body(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        Map<String, String> own = new TreeMap<>(metadata);
        own.remove(HeaderChecksum.KEY);
        return contents(path, tensors, own);
    }

    /**
     * As {@link #write(Path, Map, Map)}, with a checksum of the whole file in its metadata, which readers compare: damage of any kind is then refused.
     *
     * @param path where it is to be written, for messages
     * @return what writes it; see {@link AtomicFile}
     */
    public static AtomicFile.Body checked(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        SortedMap<String, String> all = new TreeMap<>(metadata);
        all.put(HeaderChecksum.KEY, HeaderChecksum.ZEROS);
        return contents(path, tensors, all);
    }

    private static AtomicFile.Body contents(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        tensors.keySet().forEach(name -> TensorNames.check(path, name));
        metadata.forEach((key, value) -> {
            TensorNames.check(path, key);
            TensorNames.checkText(path, value);
        });
        if (tensors.containsKey(SafetensorsHeader.METADATA)) {
            throw new WriteException(path, "a tensor cannot be called " + SafetensorsHeader.METADATA);
        }
        List<Map.Entry<String, Tensor>> order = tensors.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, Tensor> named) ->
                                -named.getValue().type().bytes())
                        .thenComparing(Map.Entry::getKey))
                .toList();
        byte[] header = header(path, order, new TreeMap<>(metadata));
        return out -> {
            if (metadata.containsKey(HeaderChecksum.KEY)) {
                // It comes before the data, so these are encoded twice, never buffered.
                CRC32 crc = new CRC32();
                HeaderChecksum.update(crc, header);
                writeData(new CheckedOutputStream(OutputStream.nullOutputStream(), crc), order);
                HeaderChecksum.put(header, crc);
            }
            out.write(header);
            writeData(out, order);
        };
    }

    private static void writeData(OutputStream out, List<Map.Entry<String, Tensor>> order) throws IOException {
        for (Map.Entry<String, Tensor> named : order) {
            ElementWriter.write(out, named.getValue(), ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static byte[] header(
            Path path, List<Map.Entry<String, Tensor>> order, SortedMap<String, String> metadata) {
        JsonFields fields = new JsonFields();
        if (!metadata.isEmpty()) {
            JsonFields strings = new JsonFields();
            metadata.forEach(strings::put);
            fields.put(SafetensorsHeader.METADATA, strings.build());
        }
        long begin = 0;
        for (Map.Entry<String, Tensor> named : order) {
            Tensor tensor = named.getValue();
            long end = begin + tensor.byteSize();
            Json offsets = new Json.Arr(List.of(Json.of(begin), Json.of(end)));
            fields.put(
                    named.getKey(),
                    new JsonFields()
                            .put("dtype", dtype(tensor))
                            .put("shape", Json.of(tensor.shape()))
                            .put("data_offsets", offsets)
                            .build());
            begin = end;
        }
        byte[] json = fields.build().compact().getBytes(StandardCharsets.UTF_8);
        int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (length > LONGEST_HEADER) {
            throw new WriteException(path, "a header of " + length + " bytes is over the limit of " + LONGEST_HEADER);
        }
        byte[] bytes = new byte[8 + length];
        Arrays.fill(bytes, (byte) ' ');
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json);
        return bytes;
    }

    private static String dtype(Tensor tensor) {
        return switch (tensor.type()) {
            case F32 -> "F32";
            case F64 -> "F64";
            case I32 -> "I32";
            case I64 -> "I64";
            case BOOL -> "BOOL";
            case U8 -> "U8";
            case I8 -> "I8";
            case I16 -> "I16";
            case BF16 -> "BF16";
        };
    }
}
