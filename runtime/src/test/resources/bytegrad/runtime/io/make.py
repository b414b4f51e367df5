"""Makes the files beside it; needs numpy and safetensors (made with 2.4.6 and 0.8.0)."""
import numpy as np
from safetensors import TensorSpec, serialize_file
from safetensors.numpy import save_file

arrays = {
    "f4": np.arange(6, dtype="f4").reshape(2, 3) / 2 - 1,
    "f8.columns": np.asfortranarray(np.arange(6, dtype="f8").reshape(2, 3) / 2 - 1),
    "f4.big": (np.arange(4) - 1).astype(">f4"),
    "i4": np.arange(4, dtype="i4") - 1,
    "i8": np.array([-2**63, 2**63 - 1]),
    "i2": np.arange(4, dtype="i2") - 1,
    "i1": np.arange(4, dtype="i1") - 1,
    "u1": np.array([0, 127, 128, 255], dtype="u1"),
    "bool": np.array([[True], [False]]),
    "scalar": np.float32(0.5),
    "empty": np.zeros((3, 0), dtype="f4"),
}
np.savez("numpy.npz", **arrays)
np.savez_compressed("numpy-compressed.npz", **arrays)
plain = {k: np.array(v, order="C") for k, v in arrays.items() if k != "f4.big"}
save_file(plain, "python.safetensors", metadata={"made by": "safetensors"})
bf16 = (np.array([1.0, -2.5], dtype="f4").view("u4") >> 16).astype("u2")
spec = TensorSpec(dtype="bfloat16", shape=(2,), data_ptr=bf16.ctypes.data, data_len=bf16.nbytes)
serialize_file({"bf16": spec}, "python-bf16.safetensors")
