/** Ours and other libraries, one process each, in turn; and the page that is made of it. */
@NullMarked
package bytegrad.benchmarks.results;

import org.jspecify.annotations.NullMarked;
