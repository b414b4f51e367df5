/**
 * Readers and writers of tensor files: idx, npy, npz, safetensors; and a small strict JSON.
 *
 * <p>Every reader takes a file as a hostile claim. What a header declares is checked against what the file holds before
 * memory is asked for; compressed data is decoded into arrays that grow with what really arrives; a total limit (by
 * default half of the heap) ends what would not fit. Whatever is wrong, the answer is one
 * {@link bytegrad.runtime.FormatException} with a message of one line.
 *
 * <p>Every writer goes through {@link bytegrad.runtime.io.AtomicFile}: the target is the old file or the whole new
 * one, never a part. The same tensors give the same bytes.
 */
@NullMarked
package bytegrad.runtime.io;

import org.jspecify.annotations.NullMarked;
