package bytegrad.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.Styler.YAxisPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss and accuracy by epoch: the loss on the left axis, accuracies on the right one. */
public final class CurveChart {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;
    private static final Color RED = new Color(0xB2182B);
    private static final Color LIGHT_BLUE = new Color(0x67A9CF);
    private static final Color BLUE = new Color(0x2166AC);

    private CurveChart() {}

    /** Draws a PNG; the arrays have an element per epoch. Values that are not finite are left out. */
    public static byte[] png(String title, double[] loss, double[] trainAccuracy, double[] testAccuracy) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("epoch").yAxisTitle("loss").build();
        chart.getStyler()
                .setLegendPosition(LegendPosition.OutsideS).setLegendLayout(LegendLayout.Horizontal)
                .setPlotBackgroundColor(Color.WHITE).setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setXAxisDecimalPattern("0").setXAxisMin(1.0).setXAxisMax((double) Math.max(2, loss.length));
        chart.getStyler().setXAxisMaxLabelCount(Math.max(2, Math.min(loss.length, 20)));
        chart.getStyler().setYAxisGroupPosition(1, YAxisPosition.Right);
        chart.setYAxisGroupTitle(1, "accuracy");
        add(chart, "loss (left)", loss, 0, RED);
        add(chart, "train accuracy, while training (right)", trainAccuracy, 1, LIGHT_BLUE);
        add(chart, "test accuracy (right)", testAccuracy, 1, BLUE);
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
