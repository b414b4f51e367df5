/**
 * Memory against recomputation, on an abstract graph of kernels: in which order kernels run, and which run again, so that what is
 * live fits a budget of bytes at the least cost. Nothing here knows a tensor; it needs the JDK only.
 */
@NullMarked
package bytegrad.codegen.plan.remat;

import org.jspecify.annotations.NullMarked;
