package bytegrad.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.io.Idx;
import bytegrad.runtime.io.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Path jar = Path.of("");

    @BeforeAll
    static void compile(@TempDir Path folder) throws Exception {
        // Not by the JVM that serves it: the server has nothing but the jar.
        jar = Jars.digitsJar(folder);
    }

    private static HttpRequest post(DigitServer server, byte[] pixels) {
        return HttpRequest.newBuilder(URI.create(server.address() + "classify")).POST(BodyPublishers.ofByteArray(pixels)).build();
    }

    private static Json.Obj json(String text) {
        return (Json.Obj) Json.parse("answer", text.getBytes(StandardCharsets.UTF_8));
    }

    private static long digit(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return ((Json.Num) json(response.body()).get("digit").orElseThrow()).toLong();
    }

    /** Real digits, which the net was not trained on. */
    @Test
    void recognisesDigits() throws Exception {
        byte[] pixels = Idx.read(Jars.digits("images-idx3-ubyte.gz")).unsignedBytes();
        byte[] labels = Idx.read(Jars.digits("labels-idx1-ubyte.gz")).unsignedBytes();
        try (DigitServer server = new DigitServer(jar, 0)) {
            HttpResponse<String> seven = CLIENT.send(post(server, Arrays.copyOf(pixels, 784)), BodyHandlers.ofString());
            assertEquals(7, digit(seven));
            Json.Arr probabilities = (Json.Arr) json(seven.body()).get("probabilities").orElseThrow();
            assertEquals(1, probabilities.items().stream().mapToDouble(p -> ((Json.Num) p).toDouble()).sum(), 1e-5);
            // All at once: more requests than there are sessions.
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < labels.length; i++) {
                answers.add(CLIENT.sendAsync(post(server, Arrays.copyOfRange(pixels, i * 784, (i + 1) * 784)), BodyHandlers.ofString()));
            }
            int right = 0;
            for (int i = 0; i < labels.length; i++) {
                right += digit(answers.get(i).get()) == labels[i] ? 1 : 0;
            }
            assertTrue(right >= labels.length - 1, right + " of " + labels.length);
        }
    }

    @Test
    void servesAPageAndRefusesWhatIsNoImage() throws Exception {
        try (DigitServer server = new DigitServer(jar, 0)) {
            HttpResponse<String> page = CLIENT.send(HttpRequest.newBuilder(URI.create(server.address())).build(), BodyHandlers.ofString());
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("<canvas id=\"draw\""));
            assertEquals("text/html; charset=utf-8", page.headers().firstValue("Content-Type").orElseThrow());
            assertEquals(404, CLIENT.send(HttpRequest.newBuilder(URI.create(server.address() + "other")).build(), BodyHandlers.ofString()).statusCode());
            for (int length : new int[] {0, 783, 785}) {
                HttpResponse<String> refused = CLIENT.send(post(server, new byte[length]), BodyHandlers.ofString());
                assertEquals(400, refused.statusCode());
                assertTrue(refused.body().contains("784 bytes"));
            }
            assertEquals(400, CLIENT.send(HttpRequest.newBuilder(URI.create(server.address() + "classify")).build(), BodyHandlers.ofString()).statusCode());
        }
    }
}
