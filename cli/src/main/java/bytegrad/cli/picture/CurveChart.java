package bytegrad.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.Styler.YAxisPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Figures by epoch: losses on the left axis, others on the right one. */
public final class CurveChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final Color[] COLORS = {new Color(0xB2182B), new Color(0x67A9CF), new Color(0x2166AC)};

    private CurveChart() {}

    /**
     * A figure by epoch.
     *
     * @param values an element per epoch; those that are not finite are left out
     * @param right whether it is measured on the right axis
     */
    public record Curve(String name, double[] values, boolean right) {}

    /**
     * Draws a PNG of at most three curves.
     *
     * @param right the title of the right axis; empty if no curve is measured there
     */
    public static byte[] png(String title, String right, List<Curve> curves) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("epoch").yAxisTitle("loss").build();
        int epochs = curves.getFirst().values().length;
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal)
                .setPlotBackgroundColor(Color.WHITE).setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setXAxisDecimalPattern("0").setXAxisMin(1.0).setXAxisMax((double) Math.max(2, epochs));
        chart.getStyler().setXAxisMaxLabelCount(Math.max(2, Math.min(epochs, 20)));
        if (!right.isEmpty()) {
            chart.getStyler().setYAxisGroupPosition(1, YAxisPosition.Right);
            chart.setYAxisGroupTitle(1, right);
        }
        for (int i = 0; i < curves.size(); i++) {
            Curve c = curves.get(i);
            add(chart, c.name, c.values, c.right ? 1 : 0, COLORS[i]);
        }
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        chart.paint(g, WIDTH, HEIGHT);
        g.dispose();
        return Png.of(image);
    }

    private static void add(XYChart chart, String name, double[] values, int axis, Color color) {
        int[] finite = IntStream.range(0, values.length).filter(i -> Double.isFinite(values[i])).toArray();
        if (finite.length == 0) {
            return;
        }
        double[] epochs = IntStream.of(finite).mapToDouble(i -> i + 1).toArray();
        double[] shown = IntStream.of(finite).mapToDouble(i -> values[i]).toArray();
        XYSeries series = chart.addSeries(name, epochs, shown);
        series.setYAxisGroup(axis);
        series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(color).setLineColor(color).setLineStyle(SeriesLines.SOLID);
    }
}
