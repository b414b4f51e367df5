package bytegrad.codegen.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Program;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Emitted class files alone, with the runtime, in another JVM: all functions, bit for bit. With {@code -Dbytegrad.emit.repeats=3000}
 * kernels run often enough for C2 to compile them, and at every width; by default only the widest and the scalar classes are run once.
 */
class OtherJvmTest {
    private static final int REPEATS = Integer.getInteger("bytegrad.emit.repeats", 1);

    /** Reads slabs, runs each class over copies of them, writes the slabs. */
    private static final String MAIN =
            """
            import java.io.*;
            public class Main {
                static final int N = %d;
                public static void main(String[] args) throws Exception {
                    float[] f = new float[N]; double[] d = new double[N]; int[] i = new int[N]; long[] l = new long[N];
                    boolean[] z = new boolean[N]; byte[] u = new byte[N]; byte[] b = new byte[N]; short[] s = new short[N]; short[] h = new short[N];
                    try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream("in")))) {
                        for (int k = 0; k < N; k++) {
                            f[k] = Float.intBitsToFloat(in.readInt()); d[k] = Double.longBitsToDouble(in.readLong());
                            i[k] = in.readInt(); l[k] = in.readLong(); z[k] = in.readBoolean();
                            u[k] = in.readByte(); b[k] = in.readByte(); s[k] = in.readShort(); h[k] = in.readShort();
                        }
                    }
                    for (int a = 1; a < args.length; a++) {
                        float[] ff = f.clone(); double[] dd = d.clone(); int[] ii = i.clone();
                        long[] ll = l.clone(); boolean[] zz = z.clone();
                        byte[] uu = u.clone(); byte[] bb = b.clone(); short[] ss = s.clone(); short[] hh = h.clone();
                        bytegrad.runtime.Program p = (bytegrad.runtime.Program) Class.forName(args[a]).getConstructor().newInstance();
                        for (int n = Integer.parseInt(args[0]); n > 0; n--) {
                            p.run(new bytegrad.runtime.Slabs(ff, dd, ii, ll, zz, uu, bb, ss, hh));
                        }
                        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(args[a])))) {
                            for (int k = 0; k < N; k++) {
                                out.writeInt(Float.floatToIntBits(ff[k])); out.writeLong(Double.doubleToLongBits(dd[k]));
                                out.writeInt(ii[k]); out.writeLong(ll[k]); out.writeBoolean(zz[k]);
                                out.writeByte(uu[k]); out.writeByte(bb[k]); out.writeShort(ss[k]); out.writeShort(hh[k]);
                            }
                        }
                    }
                }
            }
            """;

    private static final int N = Values.COUNT;
    private static final int SIZE = N * (3 + ScalarFn.values().length);

    @TempDir
    private Path dir;

    /** The results of a function are a multiple of {@link #N} behind the operands. */
    private static int result(ScalarFn fn) {
        return N * (3 + fn.ordinal());
    }

    private static Plan allFunctions(DType t, int lanes) {
        List<Plan> steps = new ArrayList<>();
        for (ScalarFn fn : ScalarFn.values()) {
            if (FunctionsTest.reaches(fn, t, lanes)) {
                Kernel k = FunctionsTest.kernel(fn, t, lanes);
                Integer[] offsets = new Integer[fn.arity() + 1];
                for (int a = 0; a < fn.arity(); a++) {
                    offsets[a] = a * N;
                }
                offsets[fn.arity()] = result(fn);
                steps.add(Build.launch(k, offsets));
            }
        }
        return new Plan.Seq(steps);
    }

    private static Slabs operands() {
        Slabs s = new Slabs(SIZE);
        for (DType t : DType.values()) {
            for (int which = 0; which < 3; which++) {
                s.set(t, which * N, Values.operands(t, which));
            }
        }
        return s;
    }

    private void write(Slabs s) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(dir.resolve("in"))))) {
            for (int k = 0; k < SIZE; k++) {
                out.writeInt(Float.floatToRawIntBits(s.f[k]));
                out.writeLong(Double.doubleToRawLongBits(s.d[k]));
                out.writeInt(s.i[k]);
                out.writeLong(s.l[k]);
                out.writeBoolean(s.z[k]);
                out.writeByte(s.u8[k]);
                out.writeByte(s.i8[k]);
                out.writeShort(s.i16[k]);
                out.writeShort(s.bf16[k]);
            }
        }
    }

    private Slabs read(String name) throws IOException {
        Slabs s = new Slabs(SIZE);
        try (InputStream file = Files.newInputStream(dir.resolve(name));
                DataInputStream in = new DataInputStream(new BufferedInputStream(file))) {
            for (int k = 0; k < SIZE; k++) {
                s.f[k] = Float.intBitsToFloat(in.readInt());
                s.d[k] = Double.longBitsToDouble(in.readLong());
                s.i[k] = in.readInt();
                s.l[k] = in.readLong();
                s.z[k] = in.readBoolean();
                s.u8[k] = in.readByte();
                s.i8[k] = in.readByte();
                s.i16[k] = in.readShort();
                s.bf16[k] = in.readShort();
            }
        }
        return s;
    }

    private static Optional<Path> jdk17() throws IOException {
        Path all = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> jdks = Files.newDirectoryStream(all)) {
            for (Path jdk : jdks) {
                Path release = jdk.resolve("release");
                boolean is17 = Files.isRegularFile(release) && Files.readString(release).contains("JAVA_VERSION=\"17");
                if (is17 && Files.isExecutable(jdk.resolve("bin/java"))) {
                    return Optional.of(jdk);
                }
            }
        }
        return Optional.empty();
    }

    private record Case(DType t, int lanes, boolean baked) {
        String className() {
            return t + "x" + lanes + (baked ? "baked" : "");
        }
    }

    private static List<Case> cases(boolean vectors) {
        List<Case> all = new ArrayList<>();
        for (DType t : DType.values()) {
            List<Integer> widths = Build.lanes(t);
            for (int lanes : widths) {
                boolean wanted = REPEATS > 1 || lanes == widths.getLast();
                if (vectors && lanes > 1 && wanted) {
                    all.add(new Case(t, lanes, false));
                } else if (!vectors && lanes == 1) {
                    all.add(new Case(t, 1, true));
                    all.add(new Case(t, 1, false));
                }
            }
        }
        return all;
    }

    private void runs(Path java, boolean vectors) throws Exception {
        List<Case> cases = cases(vectors);
        write(operands());
        Path source = Files.writeString(dir.resolve("Main.java"), MAIN.formatted(SIZE));
        String runtime = Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        String classPath = dir + System.getProperty("path.separator") + runtime;
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "--release", "17", "-cp", classPath, "-d", dir.toString(), source.toString());
        assertEquals(0, status);
        List<String> command = new ArrayList<>(List.of(java.toString(), "-cp", classPath));
        if (vectors) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(List.of("Main", Integer.toString(REPEATS)));
        for (Case c : cases) {
            ClassImage image = Emitter.emit(allFunctions(c.t(), c.lanes()), c.className(), c.baked() ? Build.BAKED : Build.SHARED);
            assertEquals(vectors, image.usesSimd());
            for (String name : image.classNames()) {
                Files.write(dir.resolve(name + ".class"), image.bytes(name));
            }
            command.add(c.className());
        }
        Path log = dir.resolve("log");
        Process p = new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertEquals(0, p.waitFor(), () -> text(log));
        for (Case c : cases) {
            Slabs s = read(c.className());
            for (ScalarFn fn : ScalarFn.values()) {
                if (FunctionsTest.reaches(fn, c.t(), c.lanes())) {
                    check(s, c, fn);
                }
            }
        }
    }

    private static void check(Slabs s, Case c, ScalarFn fn) {
        for (int i = 0; i < N; i++) {
            long[] a = new long[3];
            for (int k = 0; k < fn.arity(); k++) {
                a[k] = s.get(FunctionsTest.operand(fn, c.t(), k), k * N + i);
            }
            long want = Oracle.apply(fn, c.t(), a[0], a[1], a[2]);
            DType r = fn.result(c.t());
            int at = i;
            assertEquals(want, s.get(r, result(fn) + i), () -> c + " " + fn + " " + Arrays.toString(a) + " at " + at);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Path java17() throws IOException {
        Optional<Path> jdk = jdk17();
        assumeTrue(jdk.isPresent(), "no JDK 17 in /usr/lib/jvm: emitted classes were not tried on it");
        return jdk.orElseThrow().resolve("bin/java");
    }

    private static Path java() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        assertTrue(Files.isExecutable(java));
        return java;
    }

    @Test
    void scalarOnJava17() throws Exception {
        runs(java17(), false);
    }

    @Test
    void vectorsOnJava17() throws Exception {
        runs(java17(), true);
    }

    /** As from a jar: without the loader. */
    @Test
    void scalarOnThisJava() throws Exception {
        runs(java(), false);
    }

    @Test
    void vectorsOnThisJava() throws Exception {
        runs(java(), true);
    }
}
