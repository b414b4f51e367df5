/**
 * Compiled models in jars: {@link bytegrad.runtime.artefact.Artefact} opens one, and has its code, its values and where they come from. What code and values fit
 * together is in a {@link bytegrad.runtime.artefact.Description}, which is data: everything it says is checked before anything is made of it.
 */
@NullMarked
package bytegrad.runtime.artefact;

import org.jspecify.annotations.NullMarked;
