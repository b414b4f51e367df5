package bytegrad.benchmarks.results;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Bars by workload, side by side for each series. */
final class BarChart {
    private static final int LABEL_WIDTH = 40;
    private static final int WIDTH = 1100;
    private static final int HEIGHT = 480;
    private static final Color[] COLORS = {new Color(0xB2182B), new Color(0x2166AC), new Color(0x67A9CF), new Color(0x777777), new Color(0xB8B8B8)};

    private BarChart() {}

    /** A bar's height for each workload; NaN where there is none. */
    record Bars(String name, List<Double> heights) {
        Bars {
            heights = List.copyOf(heights);
        }
    }

    /** Draws a PNG. */
    static byte[] png(String title, String unit, List<String> workloads, List<Bars> series, boolean logarithmic) {
        CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("workload").yAxisTitle(unit).build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal).setPlotBackgroundColor(Color.WHITE)
                .setChartBackgroundColor(Color.WHITE).setSeriesColors(COLORS);
        // With the usual hint of 74 pixels a label, every other workload would have none.
        chart.getStyler().setXAxisTickMarkSpacingHint(LABEL_WIDTH);
        chart.getStyler().setAvailableSpaceFill(0.8).setYAxisLogarithmic(logarithmic);
        for (Bars b : series) {
            chart.addSeries(b.name, workloads, b.heights.stream().map(h -> Double.isFinite(h) ? h : 0.0).toList());
        }
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        chart.paint(g, WIDTH, HEIGHT);
        g.dispose();
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            if (!ImageIO.write(image, "png", bytes)) {
                throw new IllegalStateException("this Java writes no PNG");
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("a PNG in memory", e);
        }
    }
}
