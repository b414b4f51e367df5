package bytegrad.runtime;

import bytegrad.runtime.flight.Flight;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Decides, once per JVM, between scalar classes and those of some vector width. Vector classes need the module
 * {@code jdk.incubator.vector} and HotSpot's compiler C2, without which every vector would be an object.
 *
 * <p>The system property {@code bytegrad.simd} overrides the choice: {@code auto} (the same as unset), {@code off},
 * {@code 128}, {@code 256} or {@code 512}.
 */
public final class SimdSupport {
    /** The system property that overrides the choice. */
    public static final String PROPERTY = "bytegrad.simd";

    /** The flag that makes a JVM resolve the Vector API. */
    public static final String FLAG = "--add-modules jdk.incubator.vector";

    private static final String MODULE = "jdk.incubator.vector";
    private static final int NARROWEST = 128;
    private static final int WIDEST = 512;

    private SimdSupport() {}

    /**
     * What to run.
     *
     * @param bits the width of vectors, 128, 256 or 512; 0 for scalar classes
     * @param reason why, for people
     */
    public record Choice(int bits, String reason) {
        /** Whether scalar classes are to run. */
        public boolean isScalar() {
            return bits == 0;
        }
    }

    /** What is known of a JVM: whether the module is there, the vector width it prefers (0 if unknown), and what it says it is. */
    record Jvm(boolean module, int preferredBits, String name, String mode) {}

    /** Initialised when first asked for, since probing loads the Vector API. */
    private static final class Chosen {
        static final Choice CHOICE = decide(System.getProperty(PROPERTY), probe());

        static {
            if (CHOICE.isScalar()) {
                // Several times slower, so worth a word. Vectors are what one expects, and a logger is a tenth of the time to a first result.
                System.getLogger("bytegrad.simd").log(Level.INFO, CHOICE.reason());
            }
        }

        private Chosen() {}
    }

    /**
     * The choice for this JVM; made on the first call, and logged to {@code bytegrad.simd} where it is scalar.
     *
     * @throws SimdException if the property has another value, or asks for vectors where the module is missing
     */
    public static Choice choice() {
        try {
            Flight.simd(Chosen.CHOICE.bits(), Chosen.CHOICE.reason());
            return Chosen.CHOICE;
        } catch (ExceptionInInitializerError e) {
            throw failure(e);
        } catch (NoClassDefFoundError e) {
            // Asked again after a failure: the class is unusable, so that the reason is found anew.
            return decide(System.getProperty(PROPERTY), probe());
        }
    }

    private static RuntimeException failure(ExceptionInInitializerError e) {
        if (e.getCause() instanceof SimdException s) {
            return s;
        }
        throw e;
    }

    /**
     * Whether {@link #choice} may be vectors, without loading the Vector API, which takes a twentieth of the time to a first result.
     *
     * @throws SimdException if the property has none of its values
     */
    public static boolean mayBeVectors() {
        String property = System.getProperty(PROPERTY);
        return modulePresent() && !decide(property, new Jvm(true, WIDEST, System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""))).isScalar();
    }

    /**
     * The width of {@link #choice}, where it may be scalar without a word to the log, which takes a fifth of the time to a first result: for who says it otherwise.
     *
     * @throws SimdException as {@link #choice}
     */
    public static int bits() {
        return mayBeVectors() ? choice().bits() : 0;
    }

    /**
     * Returns if classes that use the Vector API can be linked in this JVM.
     *
     * @throws SimdException otherwise; the message names the flag to add
     */
    public static void requireModule() {
        if (!modulePresent()) {
            throw new SimdException("this artefact uses the Vector API: start the JVM with " + FLAG);
        }
    }

    static Choice decide(@Nullable String property, Jvm jvm) {
        String asked = property == null ? "auto" : property.strip();
        return switch (asked) {
            case "auto", "" -> automatic(jvm);
            case "off" -> new Choice(0, "scalar: " + PROPERTY + "=off");
            case "128", "256", "512" -> forced(Integer.parseInt(asked), jvm);
            default ->
                throw new SimdException("system property " + PROPERTY + " is '" + asked + "', but must be auto, off, 128, 256 or 512");
        };
    }

    private static Choice forced(int bits, Jvm jvm) {
        if (!jvm.module()) {
            throw new SimdException(PROPERTY + "=" + bits + " needs the Vector API: start the JVM with " + FLAG);
        }
        return new Choice(bits, bits + "-bit vectors: " + PROPERTY + "=" + bits + ", the JVM prefers " + jvm.preferredBits());
    }

    private static Choice automatic(Jvm jvm) {
        if (!jvm.module()) {
            return new Choice(0, "scalar: the Vector API is not there; start the JVM with " + FLAG + " to use it");
        }
        if (!jvm.name().contains("OpenJDK") && !jvm.name().contains("HotSpot")) {
            return new Choice(0, "scalar: " + jvm.name() + " is not HotSpot, on which alone vectors are known to be fast");
        }
        if (jvm.mode().contains("interpreted") || jvm.mode().contains("emulated-client") || jvm.name().contains("Zero")) {
            return new Choice(0, "scalar: this JVM runs without its compiler C2 (" + jvm.mode() + ")");
        }
        if (jvm.preferredBits() < NARROWEST) {
            return new Choice(0, "scalar: the JVM prefers vectors of " + jvm.preferredBits() + " bits, which are too narrow");
        }
        int bits = Integer.highestOneBit(Math.min(jvm.preferredBits(), WIDEST));
        return new Choice(bits, bits + "-bit vectors: the JVM prefers " + jvm.preferredBits());
    }

    private static Jvm probe() {
        String name = System.getProperty("java.vm.name", "");
        String mode = System.getProperty("java.vm.info", "");
        return new Jvm(modulePresent(), modulePresent() ? preferredBits() : 0, name, mode);
    }

    /** Whether this JVM was started with the module of the Vector API. */
    public static boolean modulePresent() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    /** {@code FloatVector.SPECIES_PREFERRED.vectorBitSize()}, by reflection: the module may be missing. */
    private static int preferredBits() {
        try {
            Module module = ModuleLayer.boot().findModule(MODULE).orElseThrow();
            Class<?> vector = Class.forName(module, MODULE + ".FloatVector");
            Class<?> species = Class.forName(module, MODULE + ".VectorSpecies");
            if (vector == null || species == null) {
                return 0;
            }
            Object preferred = vector.getField("SPECIES_PREFERRED").get(null);
            return (Integer) species.getMethod("vectorBitSize").invoke(preferred);
        } catch (ReflectiveOperationException | LinkageError e) {
            return 0;
        }
    }
}
