package bytegrad.examples;

import bytegrad.runtime.BusyException;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionPool;
import bytegrad.runtime.artefact.Artefact;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A web server that recognises digits: a page to draw one, and {@code POST /classify} with 28 × 28 bytes, light on dark, which answers with the probabilities
 * as JSON. The model is a jar, the server the JDK's own.
 */
public final class DigitServer implements AutoCloseable {
    private static final int SIDE = 28;
    private static final int PIXELS = SIDE * SIDE;
    private static final int SESSIONS = 4;
    private static final int THREADS = 16;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final SessionPool pool;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /** Serves a model on a port of this machine alone; 0 for any that is free. */
    DigitServer(Path jar, int port) throws IOException {
        Artefact model = Artefact.open(jar);
        // One thread a session: requests are many, and each is small.
        pool = new SessionPool(model.function(), SESSIONS, 1, model::filled);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", DigitServer::page);
        server.createContext("/classify", this::classify);
        server.setExecutor(threads);
        server.start();
    }

    /** {@code JAR [PORT]} */
    public static void main(String[] args) throws IOException {
        @SuppressWarnings("resource") // until the process is ended
        DigitServer server = new DigitServer(Path.of(args[0]), args.length > 1 ? Integer.parseInt(args[1]) : 8080);
        System.out.println("draw a digit at " + server.address() + "   (" + server.pool + "; Ctrl-C ends it)");
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort() + "/";
    }

    private static void page(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/")) {
            answer(exchange, 404, "text/plain", "there is only one page: /");
            return;
        }
        try (InputStream page = DigitServer.class.getResourceAsStream("digits.html")) {
            answer(exchange, 200, "text/html", page == null ? "the page is missing" : new String(page.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void classify(HttpExchange exchange) throws IOException {
        // One byte more than there should be tells whether there are more, however many are sent.
        byte[] pixels = exchange.getRequestBody().readNBytes(PIXELS + 1);
        if (!exchange.getRequestMethod().equals("POST") || pixels.length != PIXELS) {
            answer(exchange, 400, "text/plain", "POST " + PIXELS + " bytes: the rows of an image, 0 for dark to 255 for light");
            return;
        }
        try {
            long start = System.nanoTime();
            float[] probabilities = pool.use(PATIENCE, s -> probabilities(s, pixels));
            answer(exchange, 200, "application/json", json(probabilities, (System.nanoTime() - start) / 1000));
        } catch (BusyException e) {
            answer(exchange, 503, "text/plain", "busy: " + e.getMessage());
        }
    }

    private static float[] probabilities(Session session, byte[] pixels) {
        float[] x = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            x[i] = (pixels[i] & 255) / 255f;
        }
        session.set("x", x).run();
        return session.get("probabilities").floats();
    }

    private static String json(float[] probabilities, long micros) {
        int best = 0;
        StringBuilder list = new StringBuilder();
        for (int k = 0; k < probabilities.length; k++) {
            best = probabilities[k] > probabilities[best] ? k : best;
            list.append(k == 0 ? "" : ",").append(String.format(Locale.ROOT, "%.6f", probabilities[k]));
        }
        return "{\"digit\":" + best + ",\"probabilities\":[" + list + "],\"microseconds\":" + micros + "}";
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** Ends it. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
        pool.close();
    }
}
