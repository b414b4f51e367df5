package bytegrad.cli.data;

import bytegrad.runtime.data.Vocabulary;
import bytegrad.runtime.io.TextFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * A text to learn from.
 *
 * @param folder where it is: a file, or a folder of them
 * @param text all of it
 * @param vocabulary its characters
 * @param checksum tells texts from each other
 */
public record TextData(Path folder, String text, Vocabulary vocabulary, String checksum) {
    private static final int MOST_BYTES = 1 << 28;
    private static final int MOST_CHARACTERS = 1 << 12;

    /**
     * Reads a text file, or all files of a folder named {@code .txt} or {@code .txt.gz}, in the order of their names, one after another.
     *
     * @throws InputError if there is none, or if it has too many different characters to be a text
     * @throws bytegrad.runtime.FormatException if a file is no UTF-8, or larger than 256 MiB
     */
    public static TextData read(Path path) {
        String text = files(path).stream().map(f -> TextFile.read(f, MOST_BYTES)).collect(Collectors.joining());
        if (text.isEmpty()) {
            throw new InputError(path + ": the text is empty");
        }
        Vocabulary vocabulary = Vocabulary.of(text);
        if (vocabulary.size() < 2 || vocabulary.size() > MOST_CHARACTERS) {
            throw new InputError(path + ": has " + vocabulary.size() + " different characters; a text to learn from has 2 to " + MOST_CHARACTERS);
        }
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return new TextData(path, text, vocabulary, String.format("%08x", crc.getValue()));
    }

    private static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> list = Files.list(path)) {
            List<Path> texts = list.filter(f -> f.toString().endsWith(".txt") || f.toString().endsWith(".txt.gz")).sorted().toList();
            if (texts.isEmpty()) {
                throw new InputError(path + ": has no .txt or .txt.gz file");
            }
            return texts;
        } catch (IOException e) {
            throw new InputError(path + ": cannot be read", e);
        }
    }
}
