package bytegrad.codegen.kernel;

import bytegrad.ir.DType;
import java.util.List;

/**
 * What one launch runs: the first method, over buffers whose offsets the launch binds. Buffers and variables have
 * canonical names, so that kernels which do the same are equal and are emitted once.
 */
public record Kernel(List<Buffer> buffers, List<Method> methods) {
    /**
     * A range of the arena's slab of its dtype.
     *
     * @param size elements; each buffer starts at a multiple of 64 bytes and is followed by padding up to one
     */
    public record Buffer(DType dtype, int size, Access access) {}

    /** How a kernel uses a buffer. */
    public enum Access {
        READ,
        WRITE,
        READ_WRITE,
        /** Holds nothing before or after the launch. */
        SCRATCH
    }

    /** A method: {@code i32} parameters and a body. It is emitted as one Java method. */
    public record Method(String name, List<Expr.Var> params, List<Stmt> body) {
        public Method {
            params = List.copyOf(params);
            body = List.copyOf(body);
        }
    }

    public Kernel {
        buffers = List.copyOf(buffers);
        methods = List.copyOf(methods);
    }
}
