package bytegrad.autodiff;

import bytegrad.ir.Node;

/** Where the rules of {@link Vjp} put their products: for the node y and its k-th operand. */
interface Products {
    /** Whether anybody asks for the product of this operand; else it is not made. */
    boolean wants(Node y, int k);

    void add(Node y, int k, Node dx);
}
