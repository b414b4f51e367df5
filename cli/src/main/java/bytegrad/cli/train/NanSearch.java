package bytegrad.cli.train;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import bytegrad.runtime.NumberException;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Map;

/** Finds the first node of a graph whose value is not finite though its operands are: runs the graph once more with a look at every number. */
final class NanSearch {
    private NanSearch() {}

    /**
     * Says in one line which node is first.
     *
     * @param inputs of the graph, states included, from before the step that went wrong
     */
    static String in(Graph graph, Map<String, Tensor> inputs) {
        Session session = Compiler.compileChecked(graph, Options.DEFAULT).newSession();
        inputs.forEach(session::set);
        try {
            session.run();
        } catch (NumberException e) {
            return e.getMessage() == null ? e.toString() : e.getMessage();
        }
        return "the loss or a state is not finite, but a run from the state before shows no node that made it so";
    }
}
