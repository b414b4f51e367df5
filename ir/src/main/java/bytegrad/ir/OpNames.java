package bytegrad.ir;

/** What graph text and messages call an op. */
final class OpNames {
    private OpNames() {}

    /** The op's name in graph text. */
    static String of(Op op) {
        return switch (op) {
            case Op.Input o -> "input";
            case Op.Constant o -> "constant";
            case Op.Iota o -> "iota";
            case Op.Map o -> o.fn().text();
            case Op.Cast o -> "cast";
            case Op.Reduce o -> "reduce_" + o.monoid().text();
            case Op.ArgReduce o -> o.extremum() == Op.Extremum.MAX ? "argmax" : "argmin";
            case Op.Contract o -> "contract";
            case Op.Gather o -> "gather";
            case Op.Scatter o -> "scatter_" + o.combine().text();
            case Op.Concat o -> "concat";
            case Op.Cumulate o -> "cumulate_" + o.monoid().text();
            case Op.ArgSort o -> "argsort";
            case Op.Random o -> "random";
            case Op.OverlapAdd o -> "overlap_add";
            case Op.Scan o -> "scan";
            case Op.Cond o -> "cond";
            case Op.While o -> "while";
            case Op.Custom o -> "custom";
            case Op.Window o -> "window";
            case Op.Reshape o -> "reshape";
            case Op.Transpose o -> "transpose";
            case Op.Broadcast o -> "broadcast";
            case Op.Slice o -> "slice";
            case Op.Pad o -> "pad";
            case Op.Flip o -> "flip";
        };
    }
}
