package bytegrad.benchmarks.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphFileTest {
    private static KernelGraph read(String text) {
        return GraphFile.read("g.json", Json.parse("g.json", text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private static String node(int id, String cost, String bytes) {
        return "{'id':" + id + ",'cost_cpu':" + cost + ",'cost_ram':" + bytes + "}";
    }

    @Test
    void readsNodesAfterTheirOperands() {
        KernelGraph g = read("{'nodes':[" + node(7, "2.5", "64") + "," + node(3, "1", "128") + "],'links':[{'source':3,'target':7},{'source':3,'target':7}]}");
        assertEquals(List.of(128L, 64L), g.values().stream().map(KernelGraph.Value::bytes).toList());
        assertEquals(List.of(10L, 25L), g.kernels().stream().map(KernelGraph.Kernel::cost).toList());
        assertEquals(List.of(0), g.kernels().get(1).reads());
    }

    @Test
    void keepsTheOrderThatIsGiven() {
        KernelGraph g = read("{'graph':{'order':[1,0]},'nodes':[{'name':0,'duration':1,'out_cost':5},{'name':1,'duration':2,'out_cost':6}],'links':[]}");
        assertEquals(List.of(2L, 1L), g.kernels().stream().map(KernelGraph.Kernel::cost).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            []                                                                             | the file is no JSON object
            {'links':[]}                                                                   | "nodes" is no JSON array
            {'nodes':[],'links':[]}                                                        | 0 nodes
            {'nodes':[1],'links':[]}                                                       | a node is no JSON object
            {'nodes':[{'id':1}],'links':[]}                                                | node 1 has neither "cost_cpu" nor "duration"
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':-1}],'links':[]}                     | the bytes of node 1 is negative: -1
            {'nodes':[{'id':1,'cost_cpu':-1,'cost_ram':1}],'links':[]}                     | the cost of node 1 is negative or more than 2^53: -1
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':9223372036854775808}],'links':[]}    | no whole number below 2^63
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':9223372036854775807}],'links':[]}    | more than 2^53
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1.5}],'links':[]}                    | no whole number
            {'nodes':[{'id':1,'cost_cpu':1e400,'cost_ram':1}],'links':[]}                  | more than 2^53
            {'nodes':[{'id':1,'cost_cpu':'x','cost_ram':1}],'links':[]}                    | is no number
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1},{'id':1,'cost_cpu':1,'cost_ram':1}],'links':[]} | two nodes are called 1
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1}],'links':[{'source':1,'target':2}]} | there is no node 2
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1}],'links':[{'source':1,'target':1}]} | is linked to itself
            {'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1},{'id':2,'cost_cpu':1,'cost_ram':1}],'links':[{'source':1,'target':2},{'source':2,'target':1}]} | a circle
            {'graph':{'order':[1,1]},'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1}],'links':[]} | the order has node 1 twice
            {'graph':{'order':[]},'nodes':[{'id':1,'cost_cpu':1,'cost_ram':1}],'links':[]} | the order has 0 of 1 nodes
            {'cost':[1],'bytes':[1,2],'pred':[[]]}                                         | the columns have 1, 2 and 1 rows
            {'cost':[1],'bytes':[1],'pred':[[5]]}                                          | there is no node 5
            """)
    void refusesWhatIsNoGraph(String text, String message) {
        String said = assertThrows(FormatException.class, () -> read(text)).getMessage();
        assertTrue(said.contains(message), said);
    }

    @Test
    void hugeSumsAreRefused() {
        String two = node(1, "1", "9007199254740992") + "," + node(2, "1", "1");
        assertTrue(assertThrows(FormatException.class, () -> read("{'nodes':[" + two + "],'links':[]}")).getMessage().contains("2^53"));
    }
}
