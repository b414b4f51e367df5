package bytegrad.ir;

/** Where in the user's own code a builder was called: found only once something went wrong, so it costs nothing before. */
final class CallSite {
    private CallSite() {}

    /** {@code " (at Model.java:12)"}, or nothing where the stack holds only Bytegrad. */
    static String suffix() {
        return StackWalker.getInstance().walk(frames -> frames
                .filter(f -> !ours(f.getClassName()))
                .findFirst()
                .map(f -> " (at " + f.getFileName() + ":" + f.getLineNumber() + ")")
                .orElse(""));
    }

    private static boolean ours(String type) {
        boolean library = type.startsWith("bytegrad.ir.") || type.startsWith("bytegrad.autodiff.") || type.startsWith("bytegrad.codegen.")
                || type.startsWith("java.");
        // Tests live in our packages but stand for the user.
        return library && !type.endsWith("Test");
    }
}
