/** Gradients of graphs as graphs, and optimisers as nodes. */
module bytegrad.autodiff {
    requires transitive bytegrad.ir;
    requires static org.jspecify;

    exports bytegrad.autodiff;
    exports bytegrad.autodiff.optim;
}
