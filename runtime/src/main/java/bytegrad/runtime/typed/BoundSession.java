package bytegrad.runtime.typed;

import bytegrad.runtime.InputException;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A session as the class behind a typed interface uses it: what generated methods call, and nothing that others should. Every call of the interface holds the session from
 * the first value given to the last one taken, so that two threads that share it by mistake are refused, not mixed up.
 */
public final class BoundSession {
    private final Session session;
    private final Class<?> type;
    private final Map<String, Slot> outputs = new HashMap<>();
    private final Map<String, Slot> settable = new HashMap<>();
    /** Row-major copies of tensors that the interface has as arrays of arrays. */
    private final Map<Slot, Object> flat = new HashMap<>();
    // For tensors of one element, each way.
    private final float[] f = new float[1];
    private final double[] d = new double[1];
    private final int[] i = new int[1];
    private final long[] l = new long[1];
    private final boolean[] z = new boolean[1];
    private final byte[] b = new byte[1];
    private final short[] s = new short[1];

    /**
     * Of a session whose function has the tensors that the class was made for.
     *
     * @param type the interface
     * @param tensors each tensor the class uses: its name, a line break, its element type and shape
     * @throws FacadeException if the session's function has another, or lacks it
     */
    public BoundSession(Session session, Class<?> type, String[] tensors) {
        this.session = session;
        this.type = type;
        Signature signature = session.function().signature();
        signature.outputs().forEach(o -> outputs.put(o.name(), o));
        signature.states().forEach(o -> settable.put(o.name(), o));
        signature.inputs().forEach(o -> settable.put(o.name(), o));
        List<String> problems = new ArrayList<>();
        for (String tensor : tensors) {
            int end = tensor.indexOf('\n');
            String name = tensor.substring(0, end);
            String made = tensor.substring(end + 1);
            Slot output = outputs.get(name);
            Slot input = settable.get(name);
            if ((output == null || !output.typeText().equals(made)) && (input == null || !input.typeText().equals(made))) {
                problems.add("the class behind it was made for '" + name + "' of " + made + ", but the session's function has "
                        + (output != null ? output.typeText() : input != null ? input.typeText() : "none of that name"));
            }
        }
        if (!problems.isEmpty()) {
            throw new FacadeException(type, problems);
        }
    }

    /**
     * An interface over a session, by the class that was made for it ahead of time and saved beside it.
     *
     * @throws FacadeException if there is no such class, or it was made for another function
     */
    public static <T> T saved(Class<T> type, Session session) {
        String name = className(type);
        try {
            Class<?> facade = Class.forName(name, true, type.getClassLoader());
            return type.cast(MethodHandles.publicLookup().unreflectConstructor(facade.getConstructor(Session.class)).invoke(session));
        } catch (ClassNotFoundException e) {
            throw new FacadeException(type, List.of("there is no class " + name + " beside it; have bytegrad.codegen.facade.Facades write one, or bind there"));
        } catch (IllegalAccessException e) {
            throw new FacadeException(type, List.of("module " + type.getModule().getName() + " does not export its package to bytegrad.runtime"));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new FacadeException(type, List.of("the class " + name + " beside it is not one that Bytegrad wrote: " + e));
        }
    }

    /** The name of the class that stands behind an interface, which is in the same package. */
    public static String className(Class<?> type) {
        return className(type.getName());
    }

    /** The same, by the interface's binary name. */
    public static String className(String type) {
        return type + "$Facade";
    }

    /** The session. */
    public Session session() {
        return session;
    }

    /** Begins a call of the interface. */
    public void hold() {
        session.hold();
    }

    /** Ends it. */
    public void release() {
        session.release();
    }

    /** Runs the function. */
    public void run() {
        session.run();
    }

    // ---- before anything is changed ----

    /** Refuses null, and an array of another length than the tensor's. */
    public void fits(@Nullable Object array, int size, String name, boolean output) {
        if (array == null || Array.getLength(array) != size) {
            throw misfit(slot(name, output), array == null ? "null" : array.getClass().getSimpleName() + " of " + Array.getLength(array));
        }
    }

    /** Refuses null, and a tensor of another type or shape. */
    public void fits(@Nullable Tensor tensor, String name, boolean output) {
        Slot slot = slot(name, output);
        if (tensor == null) {
            throw misfit(slot, "null");
        }
        boolean same = tensor.type() == slot.type() && tensor.rank() == slot.shape().size();
        for (int axis = 0; same && axis < slot.shape().size(); axis++) {
            same = tensor.dim(axis) == slot.shape().get(axis);
        }
        if (!same) {
            throw misfit(slot, tensor.typeText());
        }
    }

    /** Refuses null and arrays of arrays of other extents, and keeps the elements. */
    public void flatten(@Nullable Object nested, String name) {
        Slot slot = slot(name, false);
        if (nested == null) {
            throw misfit(slot, "null");
        }
        Nested.flatten(slot, nested, flat(slot));
    }

    /** Refuses null. */
    public void present(@Nullable Object parameter, String name) {
        if (parameter == null) {
            throw new InputException(name, "this parameter of " + type.getSimpleName() + " is null");
        }
    }

    private static InputException misfit(Slot slot, String got) {
        return new InputException(slot.name(), "expected " + slot.typeText() + " (" + slot.size() + " elements), got " + got);
    }

    private Slot slot(String name, boolean output) {
        Slot slot = output ? outputs.get(name) : null;
        Slot found = slot == null ? settable.get(name) : slot;
        if (found == null) {
            throw new InputException(name, "no input, state or output has this name");
        }
        return found;
    }

    private Object flat(Slot slot) {
        return flat.computeIfAbsent(slot, x -> x.type().newArray(x.size()));
    }

    // ---- values given ----

    /** Sets an f32 input or state. */
    public void give(float[] v, String name) {
        session.set(name, v);
    }

    /** Sets an f64 input or state. */
    public void give(double[] v, String name) {
        session.set(name, v);
    }

    /** Sets an i32 input or state. */
    public void give(int[] v, String name) {
        session.set(name, v);
    }

    /** Sets an i64 input or state. */
    public void give(long[] v, String name) {
        session.set(name, v);
    }

    /** Sets a bool input or state. */
    public void give(boolean[] v, String name) {
        session.set(name, v);
    }

    /** Sets a u8 or i8 input or state. */
    public void give(byte[] v, String name) {
        session.set(name, v);
    }

    /** Sets an i16 or bf16 input or state. */
    public void give(short[] v, String name) {
        session.set(name, v);
    }

    /** Sets an input or state. */
    public void give(Tensor v, String name) {
        session.set(name, v);
    }

    /** Sets an f32 of one element. */
    public void give(float v, String name) {
        f[0] = v;
        session.set(name, f);
    }

    /** Sets an f64 of one element. */
    public void give(double v, String name) {
        d[0] = v;
        session.set(name, d);
    }

    /** Sets an i32 of one element. */
    public void give(int v, String name) {
        i[0] = v;
        session.set(name, i);
    }

    /** Sets an i64 of one element. */
    public void give(long v, String name) {
        l[0] = v;
        session.set(name, l);
    }

    /** Sets a bool of one element. */
    public void give(boolean v, String name) {
        z[0] = v;
        session.set(name, z);
    }

    /** Sets a u8 or i8 of one element. */
    public void give(byte v, String name) {
        b[0] = v;
        session.set(name, b);
    }

    /** Sets an i16 or bf16 of one element. */
    public void give(short v, String name) {
        s[0] = v;
        session.set(name, s);
    }

    /** Sets an input or state to the elements kept by {@link #flatten}. */
    public void giveFlattened(String name) {
        Slot slot = slot(name, false);
        session.set(name, Tensor.ofArray(slot.type(), flat(slot), slot.dims()));
    }

    // ---- values taken: of an output (or a state, as it is after a run), or else of a state or input alone ----

    /** Copies into an array of the tensor's type. */
    public void take(String name, boolean output, Object into) {
        if (output) {
            session.read(name, into);
        } else {
            session.readState(name, into);
        }
    }

    /** Copies into a tensor of the same type and shape. */
    public void take(String name, boolean output, Tensor into) {
        take(name, output, into.array());
    }

    /** A copy of an f32. */
    public float[] floats(String name, boolean output, int size) {
        float[] v = new float[size];
        take(name, output, v);
        return v;
    }

    /** A copy of an f64. */
    public double[] doubles(String name, boolean output, int size) {
        double[] v = new double[size];
        take(name, output, v);
        return v;
    }

    /** A copy of an i32. */
    public int[] ints(String name, boolean output, int size) {
        int[] v = new int[size];
        take(name, output, v);
        return v;
    }

    /** A copy of an i64. */
    public long[] longs(String name, boolean output, int size) {
        long[] v = new long[size];
        take(name, output, v);
        return v;
    }

    /** A copy of a bool. */
    public boolean[] booleans(String name, boolean output, int size) {
        boolean[] v = new boolean[size];
        take(name, output, v);
        return v;
    }

    /** A copy of a u8 or i8. */
    public byte[] bytes(String name, boolean output, int size) {
        byte[] v = new byte[size];
        take(name, output, v);
        return v;
    }

    /** A copy of an i16 or bf16. */
    public short[] shorts(String name, boolean output, int size) {
        short[] v = new short[size];
        take(name, output, v);
        return v;
    }

    /** An f32 of one element. */
    public float oneFloat(String name, boolean output) {
        take(name, output, f);
        return f[0];
    }

    /** An f64 of one element. */
    public double oneDouble(String name, boolean output) {
        take(name, output, d);
        return d[0];
    }

    /** An i32 of one element. */
    public int oneInt(String name, boolean output) {
        take(name, output, i);
        return i[0];
    }

    /** An i64 of one element. */
    public long oneLong(String name, boolean output) {
        take(name, output, l);
        return l[0];
    }

    /** A bool of one element. */
    public boolean oneBoolean(String name, boolean output) {
        take(name, output, z);
        return z[0];
    }

    /** A u8 or i8 of one element. */
    public byte oneByte(String name, boolean output) {
        take(name, output, b);
        return b[0];
    }

    /** An i16 or bf16 of one element. */
    public short oneShort(String name, boolean output) {
        take(name, output, s);
        return s[0];
    }

    /** A copy as a tensor. */
    public Tensor tensor(String name, boolean output) {
        return output ? session.get(name) : session.state(name);
    }

    /** A copy as an array of arrays. */
    public Object nested(String name, boolean output) {
        Slot slot = slot(name, output);
        Object elements = flat(slot);
        take(name, output, elements);
        return Nested.of(slot, elements);
    }

    /** For people: the interface. */
    @Override
    public String toString() {
        return type.getSimpleName() + " over " + Stream.concat(settable.values().stream(), outputs.values().stream()).map(o -> o.name() + " " + o.typeText()).sorted().toList();
    }
}
