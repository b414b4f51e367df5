/** From a graph to classes: fusion, kernels, plan and bytecode. */
module bytegrad.codegen {
    requires transitive bytegrad.ir;
    requires transitive bytegrad.runtime;
    requires net.bytebuddy;
    requires org.objectweb.asm;
    requires static org.jspecify;

    exports bytegrad.codegen;
    exports bytegrad.codegen.facade;
    exports bytegrad.codegen.machine;
}
