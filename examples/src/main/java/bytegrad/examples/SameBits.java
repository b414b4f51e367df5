package bytegrad.examples;

import bytegrad.runtime.Session;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.artefact.Artefact;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * Runs a model's jar on made-up images in the widest code that this JVM can run, and prints a hash of all bits that come out: the same on Java 17 without the
 * Vector API and on Java 25 with it, and on any machine.
 */
public final class SameBits {
    private static final int RUNS = 20;

    private SameBits() {}

    /** {@code JAR} */
    public static void main(String[] args) {
        Artefact model = Artefact.open(Path.of(args[0]));
        int bits = SimdSupport.choice().bits();
        String hash = hash(model, model.filled(model.function(bits).newSession()));
        System.out.println("Java " + Runtime.version().feature() + ", " + (bits == 0 ? "scalar code" : "vectors of " + bits + " bits") + ": " + hash);
    }

    private static String hash(Artefact model, Session session) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has it", e);
        }
        Random random = new Random(1);
        for (int run = 0; run < RUNS; run++) {
            Tensor image = Tensor.zeros(bytegrad.runtime.ElementType.F32, slot(model, "x").dims());
            for (int i = 0; i < image.size(); i++) {
                image.floats()[i] = random.nextFloat();
            }
            session.set("x", image).run();
            for (float p : session.get("probabilities").floats()) {
                digest.update(ByteBuffer.allocate(4).putInt(Float.floatToRawIntBits(p)).array());
            }
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }

    private static Slot slot(Artefact model, String name) {
        return model.signature().inputs().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }
}
