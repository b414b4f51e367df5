package bytegrad.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.FormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static Json parse(String text) {
        return Json.parse("text", text.getBytes(StandardCharsets.UTF_8));
    }

    private static FormatException refused(byte[] text) {
        return assertThrows(FormatException.class, () -> Json.parse("text", text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null", "true", "false", "0", "-0", "12.50e-3", "1E+400", "\"\"", "\"é🙂\\\"\\\\\\n\\u0000/\"", "[]",
                "{}", "[1,[2,{\"a\":[]}],\"x\"]", "{\"b\":1,\"a\":{\"\":null}}"
            })
    void compactTextComesBackAsItIs(String text) {
        assertEquals(text, parse(text).compact());
        assertEquals(parse(text), parse(parse(text).indented()));
    }

    @Test
    void readsEscapesAndSpace() {
        Json expected = new Json.Str("\"\\/\b\f\n\r\té\ud83d\ude42");
        assertEquals(expected, parse(" \t\r\n\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\ud83d\\uDE42\" "));
        assertEquals(new Json.Arr(List.of(Json.of(1L), Json.of(2L))), parse("[ 1 , 2 ]"));
        assertEquals(new Json.Obj(Map.of("a", Json.of(true))), parse("{ \"a\" : true }"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "nul", "nulL", "truee", "+1", "01", "1.", ".5", "1e", "--1", "1 2", "NaN", "Infinity", "0x10",
                "'a'", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u١١١١\"", "\"a\nb\"",
                "\"\t\"",
                "\"\\ud800\"", "\"\\udc00\\ud800\"", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"",
                "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":1}", "// x\n1", "\ufeff1", "[1}", "{\"a\":1]"
            })
    void otherTextIsRefused(String text) {
        FormatException e = refused(text.getBytes(StandardCharsets.UTF_8));
        assertTrue(e.getMessage().startsWith("text: byte "), e.getMessage());
    }

    @Test
    void errorsNameTheByte() {
        assertEquals("text: byte 7: duplicate name 'a' in JSON", refused("{\"a\":1,\"a\":1}".getBytes()).getMessage());
        assertEquals("text: byte 3: expected a JSON value", refused("[1,]".getBytes()).getMessage());
        assertEquals("text: byte 5: the JSON ends where } was expected", refused("{\"\":1".getBytes()).getMessage());
    }

    @Test
    void onlyUtf8IsRead() {
        byte[][] bad = {
            {'"', (byte) 0xff, '"'}, {'"', (byte) 0xc3, '"'}, {'"', (byte) 0xc0, (byte) 0x80, '"'},
            {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
            {'"', (byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80, '"'}
        };
        for (byte[] text : bad) {
            assertTrue(refused(text).getMessage().contains("not UTF-8"));
        }
        refused(new byte[] {(byte) 0xff, (byte) 0xfe, '1', 0});
    }

    @Test
    void depthAndCountAreLimited() {
        String deep = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        assertEquals(deep, parse(deep).compact());
        assertTrue(refused(("[" + deep + "]").getBytes()).getMessage().contains("deeper than 64"));
        assertTrue(refused("[".repeat(1_000_000).getBytes()).getMessage().contains("deeper than 64"));
        String wide = "[0" + ",0".repeat(Json.MAX_VALUES) + "]";
        assertTrue(refused(wide.getBytes()).getMessage().contains("more than 1000000"));
        assertTrue(refused("1".repeat(129).getBytes()).getMessage().contains("not a JSON number"));
    }

    @Test
    void numbers() {
        assertEquals(42, ((Json.Num) parse("42")).toLong());
        assertEquals(-1.5, ((Json.Num) parse("-1.5")).toDouble());
        assertEquals(Double.POSITIVE_INFINITY, ((Json.Num) parse("1e999")).toDouble());
        assertThrows(NumberFormatException.class, () -> ((Json.Num) parse("1.5")).toLong());
        assertThrows(NumberFormatException.class, () -> ((Json.Num) parse("9223372036854775808")).toLong());
        assertThrows(NumberFormatException.class, () -> new Json.Num("NaN"));
        double[] doubles = {0.1, -0.0, 1e300, Double.MIN_VALUE, 123456789.125};
        for (double value : doubles) {
            assertEquals(value, ((Json.Num) parse(Json.of(value).compact())).toDouble());
        }
        assertEquals("0.1", Json.of(0.1f).compact());
        assertEquals("null", Json.of(Double.NaN).compact());
        assertEquals("null", Json.of(Float.POSITIVE_INFINITY).compact());
    }

    @Test
    void printsForPeople(@TempDir Path folder) {
        Json.Obj metrics = new JsonFields()
                .put("model", "mlp")
                .put("epochs", 2)
                .put("loss", 0.5)
                .put("done", true)
                .put("curve", new Json.Arr(List.of(Json.of(1.5), Json.of(0.5))))
                .put("rows", new Json.Arr(List.of(new JsonFields().put("a", 1).build())))
                .put("none", new JsonFields().build())
                .build();
        String expected =
                """
                {
                  "model": "mlp",
                  "epochs": 2,
                  "loss": 0.5,
                  "done": true,
                  "curve": [1.5, 0.5],
                  "rows": [
                    {
                      "a": 1
                    }
                  ],
                  "none": {}
                }
                """;
        assertEquals(expected, metrics.indented());
        Path path = folder.resolve("metrics.json");
        metrics.write(path);
        assertEquals(metrics, Json.read(path, 1000));
        FormatException e = assertThrows(FormatException.class, () -> Json.read(path, 10));
        assertTrue(e.getMessage().contains("over the limit of 10"), e.getMessage());
        assertEquals(Json.of(2L), metrics.get("epochs").orElseThrow());
        assertTrue(metrics.get("nothing").isEmpty());
    }

    @Test
    void halfASurrogatePairIsPrintedAsReplaced() {
        assertEquals("\"\ufffd\"", Json.of("\ud800").compact());
    }
}
