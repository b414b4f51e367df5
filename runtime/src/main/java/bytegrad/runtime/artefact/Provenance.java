package bytegrad.runtime.artefact;

/**
 * Where a model's code comes from.
 *
 * @param className of its main class, such as {@code com.acme.Digits}
 * @param compiler what made it: {@code Bytegrad} and a version
 * @param graphHash SHA-256 of the graph's text, which is in the jar, in hexadecimal
 * @param options how it was compiled
 */
public record Provenance(String className, String compiler, String graphHash, String options) {}
