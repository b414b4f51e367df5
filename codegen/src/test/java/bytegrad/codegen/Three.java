package bytegrad.codegen;

import bytegrad.codegen.kernel.KernelInterpreter;
import bytegrad.codegen.kernel.Slabs;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A graph run by each of the three executors; results by name, outputs and new states alike. */
final class Three {
    /** An error in f32 may tip the rounding to bf16. */
    static final double BF16 = 0x1p-7;

    private Three() {}

    static Map<String, Value> interpret(Graph g, Map<String, Value> in) {
        return results(Interpreter.run(g, in));
    }

    static Map<String, Value> results(Interpreter.Result r) {
        Map<String, Value> all = new LinkedHashMap<>(r.outputs());
        r.updates().forEach((name, v) -> all.put("state " + name, v));
        return all;
    }

    static Map<String, Value> bytecode(Compilation c, Map<String, Value> in) {
        return bytecode(c, in, 1);
    }

    static Map<String, Value> bytecode(Compilation c, Map<String, Value> in, int threads) {
        CompiledFunction f = Compiler.load(c);
        Session s = f.newSession(threads);
        Stream.concat(f.signature().inputs().stream(), f.signature().states().stream()).forEach(slot -> s.set(slot.name(), tensor(in.get(slot.name()))));
        s.run();
        return results(f, s);
    }

    /** Outputs and states. */
    static Map<String, Value> results(CompiledFunction f, Session s) {
        Map<String, Value> all = new LinkedHashMap<>();
        f.signature().outputs().forEach(o -> all.put(o.name(), value(s.get(o.name()))));
        f.signature().states().forEach(x -> all.put("state " + x.name(), value(s.state(x.name()))));
        return all;
    }

    /** Runs the plan in the kernel interpreter, in slabs poisoned with NaN. */
    static Map<String, Value> kernels(Compilation c, Map<String, Value> in) {
        Signature signature = Compiler.signature(c);
        var p = c.plan().slabs();
        Slabs slabs = new Slabs(new float[p.get(DType.F32)], new double[p.get(DType.F64)], new int[p.get(DType.I32)], new long[p.get(DType.I64)],
                new boolean[p.get(DType.BOOL)], new byte[p.get(DType.U8)], new byte[p.get(DType.I8)], new short[p.get(DType.I16)],
                new short[p.get(DType.BF16)]);
        java.util.Arrays.fill(slabs.u8, (byte) 0xad);
        java.util.Arrays.fill(slabs.i8, (byte) 0xad);
        java.util.Arrays.fill(slabs.i16, (short) 0x7ead);
        java.util.Arrays.fill(slabs.bf16, (short) 0x7fc0);
        java.util.Arrays.fill(slabs.f, Float.NaN);
        java.util.Arrays.fill(slabs.d, Double.NaN);
        java.util.Arrays.fill(slabs.i, 0x7ead_beef);
        java.util.Arrays.fill(slabs.l, 0x7ead_beef_7ead_beefL);
        Stream.concat(signature.inputs().stream(), signature.states().stream()).forEach(slot -> put(slabs, slot, tensor(in.get(slot.name()))));
        c.constants().forEach(k -> put(slabs, k.slot(), k.value()));
        KernelInterpreter.run(c.plan().steps(), slabs);
        Map<String, Value> all = new LinkedHashMap<>();
        signature.outputs().forEach(o -> all.put(o.name(), value(get(slabs, o))));
        signature.states().forEach(x -> all.put("state " + x.name(), value(get(slabs, x))));
        return all;
    }

    private static Object slab(Slabs s, Slot slot) {
        return switch (slot.type()) {
            case F32 -> s.f;
            case F64 -> s.d;
            case I32 -> s.i;
            case I64 -> s.l;
            case BOOL -> s.z;
            case U8 -> s.u8;
            case I8 -> s.i8;
            case I16 -> s.i16;
            case BF16 -> s.bf16;
        };
    }

    private static void put(Slabs s, Slot slot, Tensor t) {
        System.arraycopy(t.array(), 0, slab(s, slot), slot.offset(), slot.size());
    }

    private static Tensor get(Slabs s, Slot slot) {
        Object a = slot.type().newArray(slot.size());
        System.arraycopy(slab(s, slot), slot.offset(), a, 0, slot.size());
        return Tensor.ofArray(slot.type(), a, slot.dims());
    }

    static Tensor tensor(Value v) {
        int[] dims = v.shape().toArray();
        int n = v.size();
        return switch (v.dtype()) {
            case F32 -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (float) v.at(i);
                }
                yield Tensor.of(a, dims);
            }
            case F64 -> Tensor.of(v.doubles(), dims);
            case I32 -> {
                int[] a = new int[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (int) v.longAt(i);
                }
                yield Tensor.of(a, dims);
            }
            case I64 -> Tensor.of(v.longs(), dims);
            case BOOL -> {
                boolean[] a = new boolean[n];
                for (int i = 0; i < n; i++) {
                    a[i] = v.longAt(i) != 0;
                }
                yield Tensor.of(a, dims);
            }
            case U8, I8 -> {
                byte[] a = new byte[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (byte) v.longAt(i);
                }
                yield v.dtype() == DType.U8 ? Tensor.ofUnsigned(a, dims) : Tensor.of(a, dims);
            }
            case I16 -> {
                short[] a = new short[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (short) v.longAt(i);
                }
                yield Tensor.of(a, dims);
            }
            case BF16 -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (float) v.at(i);
                }
                yield Tensor.ofBfloat16(a, dims);
            }
        };
    }

    static Value value(Tensor t) {
        return switch (t.type()) {
            case F32 -> {
                double[] d = new double[t.size()];
                for (int i = 0; i < d.length; i++) {
                    d[i] = t.floats()[i];
                }
                yield Value.of(TensorType.of(DType.F32, t.shape()), d);
            }
            case F64 -> Value.of(TensorType.of(DType.F64, t.shape()), t.doubles());
            case I32 -> Value.ofLongs(TensorType.of(DType.I32, t.shape()), java.util.Arrays.stream(t.ints()).asLongStream().toArray());
            case I64 -> Value.ofLongs(TensorType.of(DType.I64, t.shape()), t.longs());
            case BOOL -> {
                long[] b = new long[t.size()];
                for (int i = 0; i < b.length; i++) {
                    b[i] = t.booleans()[i] ? 1 : 0;
                }
                yield Value.ofLongs(TensorType.of(DType.BOOL, t.shape()), b);
            }
            case U8, I8, I16 -> Value.ofLongs(TensorType.of(DType.valueOf(t.type().name()), t.shape()),
                    java.util.Arrays.stream(t.widened().ints()).asLongStream().toArray());
            case BF16 -> {
                double[] d = new double[t.size()];
                float[] f = t.widened().floats();
                for (int i = 0; i < d.length; i++) {
                    d[i] = f[i];
                }
                yield Value.of(TensorType.of(DType.BF16, t.shape()), d);
            }
        };
    }

    /** What differs, or nothing: floats relative to the largest magnitude of the expected tensor, everything else exactly. */
    static List<String> differences(Map<String, Value> expected, Map<String, Value> actual, double f32, double f64) {
        List<String> out = new java.util.ArrayList<>();
        if (!expected.keySet().equals(actual.keySet())) {
            out.add("results " + expected.keySet() + " but " + actual.keySet());
            return out;
        }
        expected.forEach((name, e) -> {
            Value a = actual.get(name);
            double tolerance = e.dtype() == DType.F32 ? f32 : e.dtype() == DType.F64 ? f64 : e.dtype() == DType.BF16 && f32 > 0 ? BF16 : 0;
            double scale = 1;
            for (int i = 0; i < e.size(); i++) {
                if (Double.isFinite(e.at(i))) {
                    scale = Math.max(scale, Math.abs(e.at(i)));
                }
            }
            for (int i = 0; i < e.size(); i++) {
                double x = e.dtype().isFloat() ? e.at(i) : e.longAt(i);
                double y = a.dtype().isFloat() ? a.at(i) : a.longAt(i);
                boolean same = e.dtype().isFloat() ? Double.compare(x, y) == 0 || Math.abs(x - y) <= tolerance * scale : e.longAt(i) == a.longAt(i);
                if (!same) {
                    out.add(name + "[" + i + "] is " + y + ", not " + x);
                    return;
                }
            }
        });
        return out;
    }
}
