package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Stmt;
import java.util.function.Function;

/**
 * How kernels become methods.
 *
 * @param bakeOffsets whether buffer offsets are constants in the code, so that HotSpot vectorises plain loops; then only launches
 *     with equal offsets share a method. Else they are arguments, and all launches of equal kernels share one.
 * @param check is shown every finished class file
 * @param printer the line a statement gets in the listing (of a loop or a conditional, its head); line breaks become spaces
 */
public record EmitOptions(boolean bakeOffsets, ClassCheck check, Function<Stmt, String> printer) {
    /** A verifier of class files; throws what it likes. */
    @FunctionalInterface
    public interface ClassCheck {
        /** Looks at one class file. */
        void accept(String internalName, byte[] bytes);
    }

    /** Offsets are arguments: for vector kernels. */
    public static final EmitOptions SHARED = new EmitOptions(false, (name, bytes) -> {}, StatementLine::of);

    /** Offsets are constants: for scalar kernels. */
    public static final EmitOptions BAKED = new EmitOptions(true, (name, bytes) -> {}, StatementLine::of);

    /** These options with another verifier. */
    public EmitOptions withCheck(ClassCheck newCheck) {
        return new EmitOptions(bakeOffsets, newCheck, printer);
    }

    /** These options with other listing lines. */
    public EmitOptions withPrinter(Function<Stmt, String> newPrinter) {
        return new EmitOptions(bakeOffsets, check, newPrinter);
    }
}
