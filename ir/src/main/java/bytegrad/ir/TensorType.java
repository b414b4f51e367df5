package bytegrad.ir;

/** Element type and shape; printed as {@code f32[64,784]}. */
public record TensorType(DType dtype, Shape shape) {
    public static TensorType of(DType dtype, int... dims) {
        return new TensorType(dtype, Shape.of(dims));
    }

    public TensorType with(Shape other) {
        return new TensorType(dtype, other);
    }

    public TensorType with(DType other) {
        return new TensorType(other, shape);
    }

    public int size() {
        return shape.size();
    }

    public int rank() {
        return shape.rank();
    }

    @Override
    public String toString() {
        return dtype.text() + shape;
    }
}
