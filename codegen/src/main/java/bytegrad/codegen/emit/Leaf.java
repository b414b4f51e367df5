package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Relocation;
import bytegrad.codegen.kernel.Touched;
import java.util.List;
import java.util.Optional;

/**
 * A method that calls no other, apart from its kernel and over the buffers that it uses alone: equal ones of different kernels, such as the
 * micro-kernels of many contractions, are then emitted, and compiled by HotSpot, once.
 *
 * @param kernel of this method alone; the sizes of its buffers say nothing
 * @param buffers the numbers that its buffers have in the kernel it is from
 */
record Leaf(Kernel kernel, List<Integer> buffers) {
    private static final String NAME = "leaf";

    Leaf {
        buffers = List.copyOf(buffers);
    }

    /** The method as a leaf; nothing if it calls others. */
    static Optional<Leaf> of(Kernel kernel, Kernel.Method method) {
        return Touched.withoutCalls(method.body()).map(touched -> over(List.copyOf(touched), kernel, method));
    }

    private static Leaf over(List<Integer> buffers, Kernel kernel, Kernel.Method method) {
        List<Relocation.Target> targets = java.util.stream.IntStream.range(0, kernel.buffers().size())
                .mapToObj(b -> new Relocation.Target(Math.max(0, buffers.indexOf(b)), Index.ZERO)).toList();
        List<Kernel.Buffer> declared = buffers.stream().map(b -> new Kernel.Buffer(kernel.buffers().get(b).dtype(), 0, Kernel.Access.READ_WRITE)).toList();
        return new Leaf(new Kernel(declared, List.of(Relocation.of(method, targets, List.of(), _ -> NAME))), buffers);
    }

    Kernel.Method method() {
        return kernel.methods().getFirst();
    }
}
