package bytegrad.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SameBitsTest {
    @Test
    void onJava17WithoutTheVectorApiAndOn25WithIt(@TempDir Path folder) throws Exception {
        Path jar = Jars.digitsJar(folder);
        String classes = jar + File.pathSeparator + Path.of(SameBits.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> words = List.of("-cp", classes, SameBits.class.getName(), jar.toString());
        String old = Jars.run(words(List.of(Jars.java17().toString()), words));
        String now = Jars.run(words(List.of(Jars.java().toString(), "--add-modules", "jdk.incubator.vector"), words));
        assertTrue(old.startsWith("Java 17, scalar code: "), old);
        assertTrue(now.startsWith("Java " + Runtime.version().feature() + ", "), now);
        assertEquals(old.substring(old.indexOf(": ")), now.substring(now.indexOf(": ")), old + now);
    }

    private static List<String> words(List<String> first, List<String> then) {
        return java.util.stream.Stream.concat(first.stream(), then.stream()).toList();
    }
}
