package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** build/LinkAhead.java: classes do what they did, and the JVM has nothing left to link but what is rare. */
class LinkAheadTest {
    private static final String SOURCE = """
            package sample;
            import java.util.*;
            import java.util.function.*;
            public class Sample {
                sealed interface Shape permits Dot, Box, Pair {}
                record Dot(int x, long y, float a, double b, boolean c, byte d, short e, char f, String name, int[] array) implements Shape {}
                record Box(Object inside) implements Shape {}
                record Pair(Shape left, Shape right) implements Shape {}
                record Nothing() {}
                enum Sign implements IntUnaryOperator {
                    MINUS(x -> -x), SAME(x -> x);
                    private final IntUnaryOperator f;
                    Sign(IntUnaryOperator f) { this.f = f; }
                    public int applyAsInt(int x) { return f.applyAsInt(x); }
                }
                interface Named {
                    String name();
                    default Supplier<String> twice() { return () -> own() + name(); }
                    private String own() { return name() + "+"; }
                    static Supplier<String> fixed(String s) { return () -> s; }
                }
                interface Wide<T> { T make(long a, double b, T c); }
                private final int base;
                private Sample(int base) { this.base = base; }
                private int plus(int x) { return base + x; }
                private static class Inner {
                    private final String text;
                    private Inner(String text) { this.text = text; }
                    private Supplier<String> later() { return () -> text + secret(); }
                    private String secret() { return "!"; }
                }
                static String kind(Shape s) {
                    return switch (s) {
                        case null -> "null";
                        case Dot d when d.x() > 10 -> "far";
                        case Dot d when d.x() > 5 -> "near";
                        case Dot _ -> "dot";
                        case Pair(Box(String text), Box(var other)) -> text + other;
                        case Pair(Dot l, Shape r) when r instanceof Dot -> "dots";
                        case Pair _ -> "pair";
                        case Box(Integer i) -> "int " + i;
                        case Box _ -> "box";
                    };
                }
                static String mixed(Integer o) {
                    return switch (o) {
                        case 4 -> "four";
                        case Integer i when i > 3 -> "big";
                        case Integer _ -> "small";
                    };
                }
                static Dot dot(int x, float a, double b, String name) {
                    return new Dot(x, 1L << 40, a, b, true, (byte) 1, (short) 2, 'c', name, null);
                }
                @SafeVarargs static <T> List<T> list(T... all) { return Arrays.asList(all); }
                public static String all() {
                    List<Object> out = new ArrayList<>();
                    Sample self = new Sample(40);
                    IntUnaryOperator plus = self::plus;
                    out.add(plus.applyAsInt(2));
                    Function<Integer, Integer> boxed = self::plus;
                    out.add(boxed.apply(3));
                    ToLongFunction<Integer> wider = Integer::intValue;
                    out.add(wider.applyAsLong(7));
                    LongSupplier size = List.of(1, 2, 3)::size;
                    out.add(size.getAsLong());
                    ToDoubleFunction<Integer> number = x -> x;
                    out.add(number.applyAsDouble(4));
                    IntFunction<Object> box = Integer::valueOf;
                    out.add(box.apply(5));
                    Function<String, Inner> make = Inner::new;
                    out.add(make.apply("in").later().get());
                    Supplier<List<String>> lists = ArrayList::new;
                    out.add(lists.get());
                    IntFunction<int[]> arrays = int[]::new;
                    out.add(arrays.apply(3).length);
                    List<String> seen = new ArrayList<>();
                    Consumer<String> add = seen::add;
                    add.accept("added");
                    out.add(seen);
                    BiFunction<String, Integer, Character> at = String::charAt;
                    out.add(at.apply("abc", 1));
                    Comparator<String> order = Comparator.comparing(String::length);
                    out.add(order.compare("a", "bb"));
                    long l = 1L << 33; double d = 0.5; float f = 2; byte b = 3; String t = "t";
                    Wide<String> wide = (a, c, s) -> s + (a + l) + (c + d + f + b) + t;
                    out.add(wide.make(1, 2, "w"));
                    Callable<Number> call = () -> 1.5f;
                    out.add(call.call());
                    Function<Integer, Function<Integer, Integer>> curried = x -> y -> x * y + self.base;
                    out.add(curried.apply(3).apply(4));
                    Named n = () -> "n";
                    out.add(n.twice().get() + Named.fixed("s").get());
                    out.add(Sign.MINUS.applyAsInt(3) + Sign.SAME.applyAsInt(1));
                    Function<String[], List<String>> varargs = Sample::list;
                    out.add(varargs.apply(new String[] {"x", "y"}));
                    Runnable serial = (Runnable & java.io.Serializable) () -> seen.add("ran");
                    serial.run();
                    out.add(seen);
                    Supplier<Supplier<String>> none = () -> () -> "none";
                    out.add(none.get() == none.get());
                    Dot one = dot(1, 0, 0, "");
                    for (Shape s : Arrays.asList(null, dot(11, 0, 0, ""), dot(6, 0, 0, ""), one, new Box("b"), new Box(3), new Pair(new Box("l"), new Box(null)),
                            new Pair(one, one), new Pair(one, new Box(1)))) {
                        out.add(kind(s));
                    }
                    for (Integer o : List.of(4, 5, 2)) {
                        out.add(mixed(o));
                    }
                    Dot[] dots = {dot(1, 0f, 0d, "n"), dot(1, -0f, 0d, "n"), dot(1, 0f, -0d, "n"), dot(1, Float.NaN, Double.NaN, null),
                            dot(1, Float.NaN, Double.NaN, null), dot(2, 0f, 0d, "n")};
                    for (Dot p : dots) {
                        out.add(p.hashCode());
                        for (Dot q : dots) {
                            out.add(p.equals(q));
                        }
                    }
                    out.add(dots[0].equals("no") || dots[0].equals(null));
                    out.add(new Nothing().equals(new Nothing()) + " " + new Nothing().hashCode());
                    out.add(new Pair(dots[0], new Box(dots[3])).equals(new Pair(dots[0], new Box(dots[4]))));
                    out.add(dots[0].toString());
                    return out.toString();
                }
                interface Callable<T> { T call(); }
            }
            """;

    @TempDir Path folder;

    @Test void classesDoWhatTheyDid() throws Exception {
        Path source = folder.resolve("src/sample/Sample.java");
        Files.createDirectories(source.getParent());
        Files.writeString(source, SOURCE);
        Path classes = Files.createDirectory(folder.resolve("classes"));
        compile(source, classes);
        String before = all(classes);
        assertTrue(linkedLater(classes) > 40);

        link(classes);
        assertEquals(before, all(classes));
        // The mixed switch, the serializable lambda twice, and toString of four records.
        assertEquals(7, linkedLater(classes));

        Map<String, byte[]> once = files(classes);
        link(classes);
        assertEquals(once.keySet(), files(classes).keySet());
        files(classes).forEach((name, bytes) -> assertArrayEquals(once.get(name), bytes, name));

        // Of a class that is compiled anew nothing stays that it made before; of one that is gone neither.
        compile(source, classes);
        Files.delete(classes.resolve("sample/Sample$Inner.class"));
        link(classes);
        assertEquals(once.keySet().stream().filter(n -> !n.contains("$Inner")).toList(), List.copyOf(files(classes).keySet()));
    }

    private static void compile(Path source, Path classes) {
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", classes.toString(), "-XDstringConcat=inline", source.toString()));
    }

    private static void link(Path classes) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classes.toString(),
                Path.of(System.getProperty("bytegrad.root"), "build", "LinkAhead.java").toString(), classes.toString()).redirectErrorStream(true).start();
        String said = new String(p.getInputStream().readAllBytes());
        assertEquals(0, p.waitFor(), said);
        assertEquals("", said);
    }

    private static String all(Path classes) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            return (String) loader.loadClass("sample.Sample").getMethod("all").invoke(null);
        }
    }

    private static long linkedLater(Path classes) throws IOException {
        return files(classes).values().stream().flatMap(b -> ClassFile.of().parse(b).methods().stream()).flatMap(m -> m.code().stream())
                .flatMap(c -> c.elementStream()).filter(InvokeDynamicInstruction.class::isInstance).count();
    }

    private static Map<String, byte[]> files(Path classes) throws IOException {
        Map<String, byte[]> all = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(classes)) {
            for (Path p : paths.filter(Files::isRegularFile).toList()) {
                all.put(classes.relativize(p).toString(), Files.readAllBytes(p));
            }
        }
        return all;
    }
}
