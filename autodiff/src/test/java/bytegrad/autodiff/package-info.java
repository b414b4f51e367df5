@NullMarked
package bytegrad.autodiff;

import org.jspecify.annotations.NullMarked;
