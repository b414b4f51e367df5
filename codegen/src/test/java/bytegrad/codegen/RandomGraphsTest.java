package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Random graphs, compiled in many ways; see {@link Agreement}. {@code -Dbytegrad.random.graphs=20000} hunts longer, and
 * {@code -Dbytegrad.seed=N} elsewhere. Graphs that once failed are kept and tried again in every run.
 */
final class RandomGraphsTest {
    private static final int COUNT = Integer.getInteger("bytegrad.random.graphs", 150);
    private static final long SEED = Long.getLong("bytegrad.seed", 20260101);
    private static final Path FAILED = Path.of("target", "failed-graphs");

    @Test
    void compiledGraphsAgree() throws IOException {
        Hunt hunt = new Hunt(Agreement.ways(Agreement.EXTREMES), FAILED);
        hunt.run(SEED, COUNT);
        assertEquals(List.of(), hunt.found);
    }

    @Test
    void graphsThatOnceFailedDoNotAgain() throws IOException, URISyntaxException {
        Path kept = Path.of(Objects.requireNonNull(RandomGraphsTest.class.getResource("/graphs"), "test resource graphs").toURI());
        assertEquals(List.of(), Hunt.again(kept, Agreement.ways(Agreement.WIDTHS)));
    }
}
