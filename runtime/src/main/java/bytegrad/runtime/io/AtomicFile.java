package bytegrad.runtime.io;

import bytegrad.runtime.WriteException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Files that appear whole or not at all: written beside the target, forced to the disk, then moved into its place.
 *
 * <p>A crash can leave a hidden file {@code .NAME.HEX.tmp} in the folder, never a partial target.
 */
public final class AtomicFile {
    private static final int BUFFER = 1 << 16;

    private AtomicFile() {}

    /** What writes the contents. */
    @FunctionalInterface
    public interface Body {
        /** Writes everything to {@code out}, which is buffered; it need not be flushed or closed. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file; replaces an existing one, through a symbolic link the file it points to.
     *
     * @throws WriteException where the folder is missing, the target is no regular file, or the file system refuses.
     *     The old target is then untouched and nothing is left beside it. The same holds for whatever
     *     {@code body} throws
     */
    public static void write(Path target, Body body) {
        @Nullable Path temporary = null;
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                throw new WriteException(target, "cannot be written: not a regular file");
            }
            boolean link = Files.isSymbolicLink(target) && Files.exists(target);
            Path place = link ? target.toRealPath() : target.toAbsolutePath();
            temporary = create(target, place);
            fill(temporary, body);
            move(temporary, place);
            temporary = null;
            forceFolder(place);
        } catch (IOException e) {
            throw new WriteException(target, "cannot be written: " + reason(e), e);
        } finally {
            if (temporary != null) {
                delete(temporary);
            }
        }
    }

    /** Not Files.createTempFile, whose files only their owner can read, whatever the umask says. */
    private static Path create(Path target, Path place) throws IOException {
        Path folder = place.getParent();
        Path name = place.getFileName();
        if (folder == null || name == null) {
            throw new WriteException(target, "cannot be written: not a file name");
        }
        if (!Files.isDirectory(folder)) {
            throw new WriteException(target, "cannot be written: no folder " + folder);
        }
        String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return Files.createFile(folder.resolve("." + name + "." + random + ".tmp"));
    }

    /** Not a channel: an interrupted thread would close it, and its last checkpoint would be lost. */
    private static void fill(Path temporary, Body body) throws IOException {
        try (FileOutputStream file = new FileOutputStream(temporary.toFile())) {
            OutputStream out = new BufferedOutputStream(file, BUFFER);
            body.writeTo(out);
            out.flush();
            file.getFD().sync();
        }
    }

    private static void move(Path temporary, Path place) throws IOException {
        try {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            // Some network file systems; still one rename, of a file that is complete.
            Files.move(temporary, place, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Makes the rename durable. Best effort: some systems cannot open a folder, and the file is whole anyway. */
    private static void forceFolder(Path place) {
        Path folder = place.getParent();
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // See above: nothing is lost.
        }
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // The error on its way out says more than this one would.
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        } else if (e instanceof NoSuchFileException) {
            return "no such folder";
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
