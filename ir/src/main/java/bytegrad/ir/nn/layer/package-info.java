/**
 * A small layer over the builder: named parameters with initialisers, in scopes that nest, and the usual layers as values.
 *
 * <pre>{@code
 * Layer net = Sequential.of(new Dense(128), Layer.of(Activations::relu), new Dense(10));
 * GraphBuilder b = new GraphBuilder();
 * Scope scope = Scope.training(b, key);
 * Node logits = scope.call("net", net, b.input("x", DType.F32, 64, 784));
 * scope.trained();        // the nodes to differentiate by: net.0.weight, net.0.bias, net.2.weight, …
 * scope.summary();        // a table
 * }</pre>
 *
 * <p>A layer is a function of a scope and a node and holds no parameter itself. The same layer called in another builder gives the same names: a training graph
 * and a prediction graph share their parameters by name.
 */
@org.jspecify.annotations.NullMarked
package bytegrad.ir.nn.layer;
