package bytegrad.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Two charts in one picture: bytes in use at each launch of a run, and what a run takes by budget. */
public final class MemoryChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 480;
    private static final int LABELS = 16;
    private static final Color LIVE = new Color(0x67A9CF);
    private static final Color AGAIN = new Color(0xF4A582);
    private static final Color PINNED = new Color(0x2166AC);
    private static final Color PEAK = new Color(0x404040);
    private static final Color BUDGET = new Color(0xB2182B);

    private MemoryChart() {}

    /**
     * Memory by launch.
     *
     * @param live bytes in use at each launch, with what is pinned
     * @param again launches that compute again what was computed before
     * @param pinned bytes of inputs, states, constants and outputs
     * @param arena bytes of all slabs
     * @param budget bytes that the arena was not to exceed
     */
    public record Timeline(long[] live, boolean[] again, long pinned, long arena, OptionalLong budget) {}

    /**
     * What a budget costs.
     *
     * @param percent that a run is estimated to take longer than without a budget
     */
    public record Point(long budget, double percent) {}

    /**
     * Draws a PNG.
     *
     * @param curve by budget, the least first; the last is without a budget
     * @param chosen the plan of the timeline
     */
    public static byte[] png(String name, Timeline timeline, List<Point> curve, Point chosen) {
        long most = Math.max(timeline.arena(), Math.max(timeline.budget().orElse(0), curve.getLast().budget()));
        Unit unit = Unit.of(most);
        BufferedImage image = new BufferedImage(WIDTH, 2 * HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        byLaunch(name, timeline, unit).paint(g, WIDTH, HEIGHT);
        g.translate(0, HEIGHT);
        byBudget(curve, chosen, unit).paint(g, WIDTH, HEIGHT);
        g.dispose();
        return Png.of(image);
    }

    /** Bytes as an axis shows them. */
    private enum Unit {
        B(1),
        KB(1_000),
        MB(1_000_000),
        GB(1_000_000_000);

        private final double bytes;

        Unit(double bytes) {
            this.bytes = bytes;
        }

        static Unit of(long most) {
            return most < 10_000 ? B : most < 10_000_000 ? KB : most < 10_000_000_000L ? MB : GB;
        }

        double in(double n) {
            return n / bytes;
        }

        String text(long n) {
            return this == B ? n + " B" : String.format(Locale.ROOT, "%.3g %s", in(n), this);
        }
    }

    private static XYChart chart(String title, String x, String y) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle(x).yAxisTitle(y).build();
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal)
                .setPlotBackgroundColor(Color.WHITE).setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setYAxisMin(0.0);
        return chart;
    }

    private static XYChart byLaunch(String name, Timeline t, Unit unit) {
        String title = name + ": memory of a run, " + unit.text(t.arena()) + " at its peak";
        XYChart chart = chart(title, "launch", "memory in use (" + unit + ")");
        int n = t.live().length;
        double top = Math.max(t.arena(), t.budget().orElse(0));
        chart.getStyler().setXAxisMin(0.0).setXAxisMax((double) Math.max(1, n)).setYAxisMax(unit.in(top) * 1.08);
        // The library has a mark for every launch or second one, as close as their labels go.
        int every = Math.ceilDiv(n, LABELS) <= 2 ? 2 : 5 * Math.ceilDiv(n, 5 * LABELS);
        chart.setCustomXAxisTickLabelsFormatter(x -> Math.round(x) % every == 0 ? Long.toString(Math.round(x)) : "");
        if (n > 0) {
            steps(chart, "in use", unit, LIVE, n, i -> t.live()[i]);
            if (IntStream.range(0, n).anyMatch(i -> t.again()[i])) {
                steps(chart, "computing again", unit, AGAIN, n, i -> t.again()[i] ? t.live()[i] : 0);
            }
            steps(chart, "always kept (" + unit.text(t.pinned()) + ")", unit, PINNED, n, _ -> t.pinned());
        }
        level(chart, "arena (" + unit.text(t.arena()) + ")", unit.in(t.arena()), n, PEAK);
        t.budget().ifPresent(b -> level(chart, "budget (" + unit.text(b) + ")", unit.in(b), n, BUDGET));
        return chart;
    }

    /** A bar from each launch to the next, as the outline of an area. */
    private static void steps(XYChart chart, String name, Unit unit, Color color, int n, IntToLongFunction bytes) {
        double[] x = new double[2 * n];
        double[] y = new double[2 * n];
        for (int i = 0; i < n; i++) {
            x[2 * i] = i;
            x[2 * i + 1] = i + 1.0;
            y[2 * i] = unit.in(bytes.applyAsLong(i));
            y[2 * i + 1] = y[2 * i];
        }
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
        series.setFillColor(color);
        series.setLineColor(color);
        series.setLineWidth(3);
        series.setMarker(SeriesMarkers.NONE);
    }

    private static void level(XYChart chart, String name, double y, int n, Color color) {
        XYSeries series = chart.addSeries(name, new double[] {0, Math.max(1, n)}, new double[] {y, y});
        series.setLineColor(color);
        series.setLineStyle(SeriesLines.DASH_DASH);
        series.setLineWidth(2);
        series.setMarker(SeriesMarkers.NONE);
    }

    private static XYChart byBudget(List<Point> curve, Point chosen, Unit unit) {
        double most = curve.stream().mapToDouble(Point::percent).max().orElse(0);
        XYChart chart = chart("What a budget costs: from the least, " + unit.text(curve.getFirst().budget()) + ", to none",
                "memory budget (" + unit + ")", "estimated extra time of a run (%)");
        chart.getStyler().setYAxisMax(Math.max(1, 1.1 * most));
        double[] x = curve.stream().mapToDouble(p -> unit.in(p.budget())).toArray();
        double[] y = curve.stream().mapToDouble(p -> Math.max(0, p.percent())).toArray();
        double low = Math.min(Arrays.stream(x).min().orElse(0), unit.in(chosen.budget()));
        double high = Math.max(Arrays.stream(x).max().orElse(0), unit.in(chosen.budget()));
        double margin = Math.max(high * 0.01, (high - low) * 0.05);
        chart.getStyler().setXAxisMin(low - margin).setXAxisMax(high + margin);
        XYSeries series = chart.addSeries("estimated", x, y);
        series.setLineColor(PINNED);
        series.setLineStyle(SeriesLines.SOLID);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(PINNED);
        XYSeries here = chart.addSeries("this plan", new double[] {unit.in(chosen.budget())}, new double[] {Math.max(0, chosen.percent())});
        here.setLineStyle(SeriesLines.NONE);
        here.setMarker(SeriesMarkers.DIAMOND);
        here.setMarkerColor(BUDGET);
        return chart;
    }
}
