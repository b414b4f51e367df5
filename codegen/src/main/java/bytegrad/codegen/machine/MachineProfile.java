package bytegrad.codegen.machine;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The machine that code is to be fast on: what blocking, and cutting loops in chunks, go by. It is one of the options and says nothing of the machine that compiles, so that a
 * build can be repeated anywhere. No bit of a result depends on it, since the order of arithmetic is decided before.
 *
 * @param name for people: letters, digits, dots, underscores and hyphens
 * @param vectorBits of a SIMD register: 128, 256 or 512
 * @param gflops f32 fused multiply-adds of a core, in 10⁹ operations a second, two for each
 * @param l2Bytes of a core's second cache
 * @param l3Gigabytes 10⁹ bytes a second between a core and what holds tensors between launches
 * @param launchNanos what a parallel loop costs where workers are awake
 */
public record MachineProfile(String name, int vectorBits, double gflops, long l2Bytes, double l3Gigabytes, long launchNanos) {
    /** Near enough to servers with AVX-512 of the last years; others are not far off. */
    public static final MachineProfile DEFAULT = new MachineProfile("avx512-server", 512, 240, 2 << 20, 40, 1000);

    /** Checks all ranges. */
    public MachineProfile {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw refused("name", name, "1 to 64 letters, digits, dots, underscores and hyphens");
        }
        if (vectorBits != 128 && vectorBits != 256 && vectorBits != 512) {
            throw refused("vector.bits", vectorBits, "128, 256 or 512");
        }
        within("fma.gflops", gflops, 0.1, 1e5);
        within("l2.bytes", l2Bytes, 1 << 15, 1 << 30);
        within("l3.gbs", l3Gigabytes, 0.1, 1e4);
        within("launch.nanos", launchNanos, 10, 1e7);
    }

    private static void within(String key, double value, double least, double most) {
        // Not a number is neither.
        if (!(value >= least && value <= most)) {
            throw refused(key, value, "from " + number(least) + " to " + number(most));
        }
    }

    private static MachineProfileException refused(String key, Object value, String range) {
        return new MachineProfileException(key + " is " + (value instanceof Double d ? number(d) : value) + ", but must be " + range);
    }

    /** Without a fraction where there is none. */
    static String number(double v) {
        return v == Math.rint(v) && Math.abs(v) < 1e15 ? Long.toString((long) v) : Double.toString(v);
    }

    /** Reads a file as {@link #text} writes it; throws MachineProfileException that says what is wrong with it. */
    public static MachineProfile read(Path file) {
        return ProfileFile.read(file);
    }

    /** A line of each key; what {@link #read} takes. */
    public String text() {
        return String.format(Locale.ROOT, "name=%s%nvector.bits=%d%nfma.gflops=%s%nl2.bytes=%d%nl3.gbs=%s%nlaunch.nanos=%d%n", name, vectorBits, number(gflops), l2Bytes,
                number(l3Gigabytes), launchNanos);
    }

    /** For people, in one line. */
    public String words() {
        return String.format(Locale.ROOT, "%s: %d-bit vectors, %s GFLOP/s and %s GB/s a core, L2 of %d KiB, %d ns a launch", name, vectorBits, number(gflops), number(l3Gigabytes),
                l2Bytes >> 10, launchNanos);
    }

    /** What a loop takes for an operation, of whatever lanes: more than a fused multiply-add of full vectors, for not all is arithmetic. */
    public double nanosPerOperation() {
        return 2.25 * (vectorBits / Float.SIZE) / gflops;
    }

    /** What a byte takes that passes between a kernel and the next; a little more than at best. */
    public double nanosPerByte() {
        return 1.2 / l3Gigabytes;
    }

    /** Half of the second cache, for what is read again and again; the other half is for what passes through. */
    public long residentBytes() {
        return l2Bytes / 2;
    }

    /** What a chunk of a parallel loop must be worth: a loop of two saves as much, and may cost a twentieth of it. */
    public long chunkNanos() {
        return 20 * launchNanos;
    }
}
