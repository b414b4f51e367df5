package bytegrad.benchmarks.results;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResultsPageTest {
    @Test
    void aRowHasTimesRatioAndSharesOfTheLimits() {
        Comparison figures = new Comparison(List.of(
                new Measured("H512", "bytegrad", 1, 0, "bytegrad-1", 2000, 300, 400, 50), new Measured("H512", "fast", 1, 0, "fast-2", 1500, 500, 600, 70)));
        String page = ResultsPage.of(
                new Recorded(Map.of("cores", "2"), figures, List.of(), List.of(new Limits(1, 200, 100, 80, 40, 20))), List.of("results-peak.png"));
        // 2 · 512³ operations in 2 ms are 134 GFLOP/s; 3 · 512² floats are 3.1 MB.
        assertTrue(page.contains("| H512 | 268 | 3.15 | 3.15 | 2000 | 0 % | 1 | fast | 1500 | 0 % | 1 | **0.75** | 0.75–0.75 | 67.1 | 89.5 | 7.86 |"), page);
        assertTrue(page.contains("| fast | fast-2 |"), page);
        assertTrue(page.contains("![results peak](results-peak.png)"), page);
    }
}
