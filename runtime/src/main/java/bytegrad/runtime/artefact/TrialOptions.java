package bytegrad.runtime.artefact;

import bytegrad.runtime.InputException;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Npy;
import bytegrad.runtime.io.Npz;
import bytegrad.runtime.io.Safetensors;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words after {@code java -jar model.jar}.
 *
 * @param help whether only to say what they can be
 * @param info whether only to say what the model is
 * @param files with inputs: paths, or NAME=path
 * @param steps how often to run
 * @param output a file for the outputs, or empty
 * @param restore a file with values to begin with, or empty
 * @param save a file for the values in the end, or empty
 */
record TrialOptions(boolean help, boolean info, List<String> files, int steps, String output, String restore, String save) {
    static final String HELP =
            """
            Runs the model in this jar on the sample that is in it, or on files.
              --input [NAME=]FILE   an .npy file for an input (its name may be left out where there is but one), or an .npz or
                                    .safetensors file with inputs by name; may be repeated
              --output FILE         write the outputs to an .npz or .safetensors file
              --steps N             run so often (default: 1); a training step moves on each time
              --restore FILE        begin with the values in a .safetensors file that --save wrote
              --save FILE           write what the values have come to: to a .safetensors file, or to a .jar like this one
              --info                only say what the model is""";

    /** Reads words; throws InputException for one that is none of these. */
    static TrialOptions of(String[] args) {
        boolean help = false;
        boolean info = false;
        List<String> files = new ArrayList<>();
        int steps = 1;
        String output = "";
        String restore = "";
        String save = "";
        for (int i = 0; i < args.length; i++) {
            String word = args[i];
            if (word.equals("--help") || word.equals("-h")) {
                help = true;
                continue;
            } else if (word.equals("--info")) {
                info = true;
                continue;
            }
            int is = word.startsWith("--") ? word.indexOf('=') : -1;
            String option = is < 0 ? word : word.substring(0, is);
            if (!option.equals("--input") && !option.equals("--output") && !option.equals("--steps") && !option.equals("--restore") && !option.equals("--save")) {
                throw new InputException(word, "is no option; there are --input, --output, --steps, --restore, --save, --info and --help");
            }
            if (is < 0 && ++i == args.length) {
                throw new InputException(option, "is followed by nothing");
            }
            String value = is < 0 ? args[i] : word.substring(is + 1);
            if (value.isEmpty()) {
                throw new InputException(option, "is followed by nothing");
            }
            switch (option) {
                case "--input" -> files.add(value);
                case "--output" -> output = ending(option, value, ".npz", ".safetensors");
                case "--restore" -> restore = ending(option, value, ".safetensors", ".safetensors");
                case "--save" -> save = ending(option, value, ".safetensors", ".jar");
                default -> steps = number(value);
            }
        }
        return new TrialOptions(help, info, files, steps, output, restore, save);
    }

    private static String ending(String option, String file, String one, String other) {
        if (!file.endsWith(one) && !file.endsWith(other)) {
            throw new InputException(option, "\"" + file + "\" should end in " + one + (one.equals(other) ? "" : " or " + other));
        }
        path(option, file);
        return file;
    }

    private static Path path(String option, String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new InputException(option, "\"" + file + "\" is no path: " + e.getMessage());
        }
    }

    private static int number(String value) {
        try {
            int n = Integer.parseInt(value);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new InputException("--steps", "\"" + value + "\" is no number of runs");
    }

    /**
     * Reads the files.
     *
     * @param stored the names of what is in the jar
     */
    Map<String, Tensor> inputs(Signature signature, Set<String> stored) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String word : files) {
            int is = word.indexOf('=');
            String name = is < 0 ? "" : word.substring(0, is);
            boolean named = is > 0 && slot(signature, name) != null;
            Path file = path("--input", named ? word.substring(is + 1) : word);
            String path = file.toString();
            if (path.endsWith(".npz") || path.endsWith(".safetensors")) {
                Map<String, Tensor> all = path.endsWith(".npz") ? Npz.read(file) : Safetensors.read(file).tensors();
                for (Map.Entry<String, Tensor> t : all.entrySet()) {
                    put(inputs, signature, t.getKey(), t.getValue());
                }
            } else if (path.endsWith(".npy")) {
                put(inputs, signature, named ? name : only(signature, stored, word), Npy.read(file));
            } else {
                throw new InputException("--input", "\"" + word + "\" should be a file that ends in .npy, .npz or .safetensors, or NAME= with the name of an input and a file");
            }
        }
        return inputs;
    }

    private static void put(Map<String, Tensor> inputs, Signature signature, String name, Tensor t) {
        Slot s = slot(signature, name);
        inputs.put(name, s == null ? t : fitted(t, s));
    }

    /** One image for a batch of one: axes of extent 1 in front may be missing. */
    private static Tensor fitted(Tensor t, Slot s) {
        int more = s.shape().size() - t.rank();
        if (more <= 0 || t.size() != s.size()) {
            return t;
        }
        for (int axis = 0; axis < s.shape().size(); axis++) {
            if (s.shape().get(axis) != (axis < more ? 1 : t.dim(axis - more))) {
                return t;
            }
        }
        return t.reshape(s.dims());
    }

    private static @org.jspecify.annotations.Nullable Slot slot(Signature signature, String name) {
        for (Slot s : signature.inputs()) {
            if (s.name().equals(name)) {
                return s;
            }
        }
        for (Slot s : signature.states()) {
            if (s.name().equals(name)) {
                return s;
            }
        }
        return null;
    }

    /** The one input that is not in the jar. */
    private static String only(Signature signature, Set<String> stored, String word) {
        List<String> free = new ArrayList<>();
        for (Slot s : signature.inputs()) {
            if (!stored.contains(s.name())) {
                free.add(s.name());
            }
        }
        if (free.size() != 1) {
            throw new InputException("--input", "\"" + word + "\" could be any of the inputs " + String.join(", ", free) + ": say which, as in --input "
                    + (free.isEmpty() ? "x" : free.get(0)) + "=" + word);
        }
        return free.get(0);
    }
}
