package bytegrad.runtime.artefact;

/** Which names of entries are taken: those that would stay below a folder they were unpacked in, on any system. */
final class JarPaths {
    private static final int LONGEST = 4096;

    private JarPaths() {}

    /** Whether a path is plain: relative, nothing but names between slashes. */
    static boolean isPlain(String path) {
        if (path.isEmpty() || path.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c < ' ' || c == '\\' || c == ':') {
                return false;
            }
        }
        for (int begin = 0; begin <= path.length(); ) {
            int slash = path.indexOf('/', begin);
            int end = slash < 0 ? path.length() : slash;
            String name = path.substring(begin, end);
            // A folder's entry ends in a slash.
            boolean folder = name.isEmpty() && begin == path.length() && begin > 0;
            if (!folder && (name.isEmpty() || name.equals(".") || name.equals(".."))) {
                return false;
            }
            begin = end + 1;
        }
        return true;
    }
}
