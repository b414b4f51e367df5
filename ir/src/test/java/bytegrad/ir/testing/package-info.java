/**
 * What tests of every module share: samples of each op, random graphs with shrinking, and finite differences. Plain
 * classes without a test framework; shipped as ir's test-jar.
 */
@NullMarked
package bytegrad.ir.testing;

import org.jspecify.annotations.NullMarked;
