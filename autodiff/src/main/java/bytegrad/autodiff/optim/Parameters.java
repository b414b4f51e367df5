package bytegrad.autodiff.optim;

import bytegrad.ir.DType;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parameters with their gradients, found to fit each other before any node is added.
 *
 * @param dtype of them all
 */
record Parameters(List<Node> values, List<Node> gradients, DType dtype) {
    static Parameters check(List<Node> parameters, List<Node> gradients) {
        if (parameters.isEmpty()) {
            throw GraphException.at("optimizer: there is no parameter to update");
        }
        if (parameters.size() != gradients.size()) {
            throw GraphException.at("optimizer: " + parameters.size() + " parameters but " + gradients.size() + " gradients");
        }
        DType dtype = parameters.get(0).dtype();
        Set<Node> seen = new HashSet<>();
        for (int i = 0; i < parameters.size(); i++) {
            Node p = parameters.get(i);
            Node g = gradients.get(i);
            if (!(p.op() instanceof Op.Input) || !p.dtype().isFloat()) {
                throw GraphException.at("optimizer: parameter " + p + " must be a float input, to hold its value between steps");
            }
            if (!seen.add(p)) {
                throw GraphException.at("optimizer: parameter \"" + name(p) + "\" is listed twice");
            }
            if (p.dtype() != dtype) {
                throw GraphException.at("optimizer: parameter \"" + name(p) + "\" is " + p.type() + " but \"" + name(parameters.get(0)) + "\" is "
                        + parameters.get(0).type() + "; they must be of one dtype");
            }
            if (!g.type().equals(p.type())) {
                throw GraphException.at("optimizer: parameter \"" + name(p) + "\" is " + p.type() + " but its gradient is " + g.type());
            }
        }
        return new Parameters(List.copyOf(parameters), List.copyOf(gradients), dtype);
    }

    /** What they are computed in: f32 for bf16. */
    DType computed() {
        return dtype.computed();
    }

    void checkRate(Node rate) {
        if (rate.dtype() != computed() || rate.rank() != 0) {
            throw GraphException.at("optimizer: the learning rate must be a scalar " + computed().text() + " like the parameters, not " + rate.type());
        }
    }

    static String name(Node parameter) {
        return ((Op.Input) parameter.op()).name();
    }
}
