package bytegrad.runtime.io;

import bytegrad.runtime.WriteException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files that appear whole or not at all: written beside the target, forced to the disk, then moved into its place.
 *
 * <p>A crash can leave a hidden file {@code .NAME.PROCESS.HEX.tmp} in the folder, never a partial target; {@link #clean} removes it.
 */
public final class AtomicFile {
    private static final int BUFFER = 1 << 16;
    private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.([0-9]{1,18})\\.[0-9a-f]{1,16}\\.tmp");

    /** Names of those that this process is writing: random, so that they tell files apart in whatever folder. */
    private static final Set<String> UNDER_WAY = ConcurrentHashMap.newKeySet();

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
        write(target, Optional.empty(), body);
    }

    /**
     * As {@link #write}; the file that is replaced, if there is one, then has another name. There is always a whole file at the target, on file systems that
     * have hard links; on others there is none for a moment, when the old one has its other name already.
     *
     * @param previous the other name, in any folder of the same file system; a file of this name is replaced
     */
    public static void writeKeeping(Path target, Path previous, Body body) {
        write(target, Optional.of(previous), body);
    }

    private static void write(Path target, Optional<Path> previous, Body body) {
        @Nullable Path temporary = null;
        try {
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                throw new WriteException(target, "cannot be written: not a regular file");
            }
            boolean link = Files.isSymbolicLink(target) && Files.exists(target);
            Path place = link ? target.toRealPath() : target.toAbsolutePath();
            temporary = temporary(target, place);
            UNDER_WAY.add(nameOf(temporary));
            Files.createFile(temporary);
            fill(temporary, body);
            if (previous.isPresent() && Files.exists(place)) {
                keep(target, place, previous.get());
            }
            move(temporary, place);
            forceFolder(place);
        } catch (IOException e) {
            throw new WriteException(target, "cannot be written: " + reason(e), e);
        } finally {
            if (temporary != null) {
                delete(temporary);
                UNDER_WAY.remove(nameOf(temporary));
            }
        }
    }

    /** Gives a file a second name, or where there are no hard links that name alone. */
    private static void keep(Path target, Path place, Path previous) throws IOException {
        Path second = temporary(target, previous.toAbsolutePath());
        UNDER_WAY.add(nameOf(second));
        try {
            Files.createLink(second, place);
            move(second, previous);
        } catch (UnsupportedOperationException | FileSystemException e) {
            move(place, previous);
        } finally {
            // Still there where both are names of one file already: that move does nothing.
            delete(second);
            UNDER_WAY.remove(nameOf(second));
        }
    }

    /**
     * Removes what writers left in a folder that were killed: temporary files of processes of this machine that are no more. Others' files are left alone, and
     * so is whatever cannot be removed.
     */
    public static void clean(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*.tmp")) {
            for (Path file : files) {
                Matcher m = TEMPORARY.matcher(nameOf(file));
                if (m.matches() && !isUnderWay(nameOf(file), Long.parseLong(m.group(1))) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    delete(file);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // There may be litter then, which does no harm.
        }
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static boolean isUnderWay(String name, long process) {
        return process == ProcessHandle.current().pid() ? UNDER_WAY.contains(name) : ProcessHandle.of(process).isPresent();
    }

    /** A name of its own beside a file. */
    private static Path temporary(Path target, Path place) {
        Path folder = place.getParent();
        Path name = place.getFileName();
        if (folder == null || name == null) {
            throw new WriteException(target, "cannot be written: not a file name");
        }
        if (!Files.isDirectory(folder)) {
            throw new WriteException(target, "cannot be written: no folder " + folder);
        }
        String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return folder.resolve("." + name + "." + ProcessHandle.current().pid() + "." + random + ".tmp");
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
