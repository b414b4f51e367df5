package bytegrad.codegen;

import bytegrad.codegen.emit.EmitOptions;

/** What looks at each class file under {@link Options#verify}: tests install ASM's verifier, on which the compiler itself does not depend. */
final class ClassChecks {
    private static volatile EmitOptions.ClassCheck installed = (name, bytes) -> {};

    private ClassChecks() {}

    static void install(EmitOptions.ClassCheck check) {
        installed = check;
    }

    static EmitOptions.ClassCheck installed() {
        return installed;
    }
}
