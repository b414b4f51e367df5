package bytegrad.cli;

import bytegrad.runtime.Session;
import bytegrad.runtime.SessionException;
import bytegrad.runtime.SimdException;
import bytegrad.runtime.SimdSupport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bytegrad doctor}. */
@Command(name = "doctor", mixinStandardHelpOptions = true, description = "Says which JDK, vector width, threads and memory will be used, and why.")
final class DoctorCommand implements Callable<Integer> {
    private static final double MB = 1e6;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        String vendor = System.getProperty("java.vendor");
        line(out, "java", System.getProperty("java.vm.name") + " " + Runtime.version() + " (" + vendor + "), " + System.getProperty("java.vm.info"));
        line(out, "java home", System.getProperty("java.home"));
        line(out, "system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        line(out, "Vector API", module ? "module jdk.incubator.vector is there" : "module jdk.incubator.vector is missing; add " + SimdSupport.FLAG);
        int code = Main.DONE;
        try {
            line(out, "vectors", SimdSupport.choice().reason());
        } catch (SimdException e) {
            line(out, "vectors", "error: " + e.getMessage());
            code = Main.BAD_INPUT;
        }
        try {
            line(out, "threads", Session.defaultThreads() + ", on " + Runtime.getRuntime().availableProcessors()
                    + " processors; the system property bytegrad.threads sets another number");
        } catch (SessionException e) {
            line(out, "threads", "error: " + e.getMessage());
            code = Main.BAD_INPUT;
        }
        Runtime memory = Runtime.getRuntime();
        double used = memory.totalMemory() - memory.freeMemory();
        line(out, "memory", String.format(Locale.ROOT, "%,.0f MB of heap at most (-Xmx), %,.0f MB used", memory.maxMemory() / MB, used / MB));
        String home = System.getProperty("bytegrad.home");
        line(out, "project", home == null ? "unknown: not started by ./bytegrad" : home);
        out.flush();
        return code;
    }

    private static void line(PrintWriter out, String name, String text) {
        out.printf(Locale.ROOT, "%-11s %s%n", name, text);
    }
}
