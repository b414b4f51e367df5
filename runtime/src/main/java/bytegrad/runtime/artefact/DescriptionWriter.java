package bytegrad.runtime.artefact;

import bytegrad.runtime.Arena;
import bytegrad.runtime.Slot;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A description as bytes, for {@link DescriptionReader}. All numbers are big-endian; a text is its length in bytes and then UTF-8; a list its length and then its
 * members; the last four bytes are the CRC-32 of all before them.
 */
public final class DescriptionWriter {
    /** "BGRD". */
    static final int MAGIC = 0x42475244;

    /** Goes up with every change that older runtimes would misread. */
    static final int FORMAT = 3;

    private final DataOutputStream out;

    private DescriptionWriter(DataOutputStream out) {
        this.out = out;
    }

    /** The bytes; equal descriptions have equal ones. */
    public static byte[] bytes(Description d) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            new DescriptionWriter(out).write(d);
            CRC32 crc = new CRC32();
            crc.update(bytes.toByteArray());
            out.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private void write(Description d) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(FORMAT);
        text(d.provenance().className());
        text(d.provenance().compiler());
        text(d.provenance().graphHash());
        text(d.provenance().options());
        out.writeByte(d.start().ordinal());
        out.writeInt(d.resources().size());
        for (Description.Resource r : d.resources()) {
            text(r.suffix());
            out.writeLong(r.length());
            out.writeInt(r.crc32());
        }
        out.writeInt(d.variants().size());
        for (Description.Variant v : d.variants()) {
            out.writeInt(v.bits());
            arena(v.arena());
            slots(v.signature().inputs());
            slots(v.signature().states());
            slots(v.signature().outputs());
            out.writeInt(v.signature().kept().size());
            for (String name : v.signature().kept()) {
                text(name);
            }
            out.writeInt(v.constants().size());
            for (Description.ConstantPlace c : v.constants()) {
                slot(c.slot());
                text(c.name());
            }
        }
        out.flush();
    }

    private void arena(Arena a) throws IOException {
        for (int elements : new int[] {a.f32(), a.f64(), a.i32(), a.i64(), a.bool(), a.u8(), a.i8(), a.i16(), a.bf16()}) {
            out.writeInt(elements);
        }
    }

    private void slots(List<Slot> slots) throws IOException {
        out.writeInt(slots.size());
        for (Slot s : slots) {
            slot(s);
        }
    }

    private void slot(Slot s) throws IOException {
        text(s.name());
        out.writeByte(s.type().ordinal());
        out.writeByte(s.shape().size());
        for (int extent : s.dims()) {
            out.writeInt(extent);
        }
        out.writeInt(s.offset());
    }

    private void text(String s) throws IOException {
        byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }
}
