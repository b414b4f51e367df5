package bytegrad.codegen.emit;

import bytegrad.ir.DType;

/** A class of vectors, by the type of its lanes. */
enum VectorType {
    FLOAT("FloatVector", "F", 32, "Floats"),
    DOUBLE("DoubleVector", "D", 64, "Doubles"),
    INT("IntVector", "I", 32, "Ints"),
    LONG("LongVector", "J", 64, "Longs");

    static final String PACKAGE = "jdk/incubator/vector/";
    static final String VECTOR = PACKAGE + "Vector";
    static final String MASK = PACKAGE + "VectorMask";
    static final String SHUFFLE = PACKAGE + "VectorShuffle";
    static final String SPECIES = PACKAGE + "VectorSpecies";
    static final String OPERATORS = PACKAGE + "VectorOperators";

    private final String internalName;
    private final String element;
    private final int laneBits;
    private final String plural;

    VectorType(String name, String element, int laneBits, String plural) {
        this.internalName = PACKAGE + name;
        this.element = element;
        this.laneBits = laneBits;
        this.plural = plural;
    }

    /** The vectors that hold this dtype; bool has masks instead, which are those of some other type. */
    static VectorType of(DType dtype) {
        return switch (dtype) {
            case F32 -> FLOAT;
            case F64 -> DOUBLE;
            case I32 -> INT;
            case I64 -> LONG;
            case BOOL -> throw new CodegenException("bool has masks, not vectors");
            case U8, I8, I16, BF16 -> throw new CodegenException(dtype.text() + " has no vectors: it has one lane");
        };
    }

    String internalName() {
        return internalName;
    }

    /** The descriptor of a vector. */
    String descriptor() {
        return "L" + internalName + ";";
    }

    /** The descriptor of a lane. */
    String element() {
        return element;
    }

    int laneBits() {
        return laneBits;
    }

    /** {@code reinterpretAs…} what. */
    String plural() {
        return plural;
    }

    /** The vectors of whole numbers of the same width. */
    VectorType integral() {
        return switch (this) {
            case FLOAT, INT -> INT;
            case DOUBLE, LONG -> LONG;
        };
    }

    boolean isFloat() {
        return this == FLOAT || this == DOUBLE;
    }
}
