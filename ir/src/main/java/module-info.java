/** Tensor graphs: operations, types, builder, text form, passes and the reference interpreter. */
module bytegrad.ir {
    requires static org.jspecify;

    exports bytegrad.ir;
    exports bytegrad.ir.nn;
    exports bytegrad.ir.nn.layer;
    exports bytegrad.ir.text;
    exports bytegrad.ir.pass;
    exports bytegrad.ir.eval;
}
