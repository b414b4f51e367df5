/** What users demand of the memory of nodes, before fusion and the plan. */
@NullMarked
package bytegrad.codegen.hint;

import org.jspecify.annotations.NullMarked;
