package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** Contract: plain and transposed products, batches, several contracted axes, degenerate extents. */
final class ContractSamples {
    private record Case(String name, Shape left, Shape right, Op.Contract op) {}

    private static final List<Case> CASES = List.of(
            plain(5, 7, 3), contract("batch", Shape.of(3, 5, 7), Shape.of(3, 7, 2), new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(1))),
            plain(17, 13, 33), plain(16, 16, 16), plain(33, 64, 17), plain(31, 5, 31), plain(4, 300, 6), plain(2, 1100, 17),
            plain(1, 13, 17), plain(17, 13, 1), plain(1, 31, 1), plain(1, 1, 1), plain(7, 1, 5), plain(5, 0, 3), plain(0, 4, 3), plain(3, 4, 0),
            contract("NT", Shape.of(13, 17), Shape.of(7, 17), pairs(List.of(1), List.of(1))),
            contract("TN", Shape.of(17, 13), Shape.of(17, 7), pairs(List.of(0), List.of(0))),
            contract("TN wide", Shape.of(15, 33), Shape.of(15, 40), pairs(List.of(0), List.of(0))),
            contract("TT", Shape.of(17, 13), Shape.of(7, 17), pairs(List.of(0), List.of(1))),
            contract("vector matrix", Shape.of(7), Shape.of(7, 17), pairs(List.of(0), List.of(0))),
            contract("matrix vector", Shape.of(17, 7), Shape.of(7), pairs(List.of(1), List.of(0))),
            contract("dot", Shape.of(67), Shape.of(67), pairs(List.of(0), List.of(0))),
            contract("outer", Shape.of(5), Shape.of(17), pairs(List.of(), List.of())),
            contract("scalars", Shape.SCALAR, Shape.SCALAR, pairs(List.of(), List.of())),
            contract("scalar left", Shape.SCALAR, Shape.of(3, 5), pairs(List.of(), List.of())),
            contract("all batch", Shape.of(5, 7), Shape.of(5, 7), new Op.Contract(List.of(0, 1), List.of(0, 1), List.of(), List.of())),
            contract("two batch axes, permuted", Shape.of(2, 3, 4, 5), Shape.of(3, 5, 2, 7), new Op.Contract(List.of(0, 1), List.of(2, 0), List.of(3), List.of(1))),
            contract("batch inside", Shape.of(5, 3, 7), Shape.of(7, 2, 3), new Op.Contract(List.of(1), List.of(2), List.of(2), List.of(0))),
            contract("two contracted axes", Shape.of(4, 3, 5), Shape.of(3, 5, 7), pairs(List.of(1, 2), List.of(0, 1))),
            contract("two long contracted axes", Shape.of(2, 40, 30), Shape.of(40, 30, 3), pairs(List.of(1, 2), List.of(0, 1))),
            contract("two contracted axes, crossed", Shape.of(3, 4, 5), Shape.of(5, 7, 3), pairs(List.of(0, 2), List.of(2, 0))),
            contract("free axes around", Shape.of(2, 7, 3), Shape.of(4, 7, 5), pairs(List.of(1), List.of(1))),
            contract("attention scores", Shape.of(2, 2, 5, 8), Shape.of(2, 2, 6, 8), new Op.Contract(List.of(0, 1), List.of(0, 1), List.of(3), List.of(3))),
            contract("empty batch", Shape.of(0, 2, 3), Shape.of(0, 3, 2), new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(1))));

    private ContractSamples() {}

    private static Case contract(String name, Shape left, Shape right, Op.Contract op) {
        return new Case(name, left, right, op);
    }

    private static Op.Contract pairs(List<Integer> left, List<Integer> right) {
        return new Op.Contract(List.of(), List.of(), left, right);
    }

    private static Case plain(int m, int k, int n) {
        return new Case("m=" + m + " k=" + k + " n=" + n, Shape.of(m, k), Shape.of(k, n), pairs(List.of(1), List.of(0)));
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (DType t : Draft.NUMBERS) {
            for (Case c : t.isFloat() ? CASES : CASES.subList(0, 2)) {
                Draft d = new Draft();
                Node l = d.input("l", t, c.left().toArray());
                Node r = d.input("r", t, c.right().toArray());
                out.add(d.done("contract " + t.text() + " " + c.name(), d.b.contract(c.op(), l, r)));
            }
        }
        for (DType t : List.of(DType.I32, DType.I64)) {
            Draft d = new Draft();
            out.add(d.done("contract " + t.text() + " wide", d.b.matmul(d.input("l", t, new Fill.AnyBits(), 3, 5), d.input("r", t, new Fill.AnyBits(), 5, 4))));
        }
        Draft d = new Draft();
        Node x = d.input("x", DType.F32, 7, 7);
        out.add(d.done("contract f32 with itself", d.b.matmul(x, x)));
        return out;
    }
}
