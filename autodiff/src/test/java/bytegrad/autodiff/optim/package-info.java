@NullMarked
package bytegrad.autodiff.optim;

import org.jspecify.annotations.NullMarked;
