# Sourced by the scripts beside it, with $here set to their folder: finds a JDK and what was built, and defines `bench`.
#   BYTEGRAD_JAVA_HOME  the JDK to use           BYTEGRAD_JAVA_OPTS  more options for the JVM, split at spaces
# shellcheck shell=bash disable=SC2154 # $here is the sourcing script's
wanted=25
root=${here%/*}
modules="benchmarks cli codegen autodiff ir runtime"

# The same places as ./bytegrad looks in.
suits() {
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=\"[0-9]*)
                version=${line#*\"}
                [ "${version%%[!0-9]*}" -ge "$wanted" ]
                return
                ;;
        esac
    done <"$1/release"
    return 1
}

on_path=$(command -v java) && on_path=$(readlink -f "$on_path" 2>/dev/null) || on_path=
jdk=
for candidate in "${BYTEGRAD_JAVA_HOME:-}" "${JAVA_HOME:-}" "${on_path%/bin/java}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if [ -n "$candidate" ] && suits "$candidate"; then
        jdk=$candidate
        break
    fi
done
[ -n "$jdk" ] || { echo "benchmarks: needs a JDK $wanted or newer; install one, or set BYTEGRAD_JAVA_HOME to it" >&2; exit 4; }

# What runs are the jars. A class beside them that is newer is an error, which is looked for after a run: each process takes milliseconds, which count
# as ours where the time from a launch is measured.
jars=()
folders=()
for module in $modules; do
    folders+=("$root/$module/target/classes")
    jar=
    for found in "$root/$module/target/bytegrad-$module-"*.jar; do
        case $found in *-tests.jar | *-sources.jar | *-javadoc.jar) ;; *) jar=$found ;; esac
    done
    [ -f "$jar" ] || built=no
    jars+=("$jar")
done
libraries=()
for jar in "$here"/target/lib/*.jar; do
    case ${jar##*/} in bytegrad-*) ;; *) libraries+=("$jar") ;; esac
done
class_path=
for jar in "${jars[@]}" "${libraries[@]}"; do
    class_path+=${class_path:+:}$jar
done
[ "${built:-yes}" = yes ] && [ -d "$here/target/lib" ] || {
    echo "benchmarks: not built; run: cd $root && mvn -q -DskipTests package" >&2
    exit 4
}

# Flags, none of which is needed to run Bytegrad. G1 starts an array of half a region or more where a region starts, so that 64-byte
# vectors are aligned; its regions would be 4 MB here, too big for small arenas. A young generation that cannot grow keeps
# the litter of compiling from counting as our memory.
flags="-XX:+UseG1GC -XX:G1HeapRegionSize=1m -Xmn64m"

# An archive of loaded and linked classes (CDS) takes a third off the time to the first result. It is made after the first run that lacks it,
# by a run that begins with scalar code and goes over to vectors. BYTEGRAD_CDS=off for none.
archive=$here/target/classes.jsa
share=
if [ "${BYTEGRAD_CDS:-}" != off ]; then
    share="-XX:SharedArchiveFile=$archive -Xlog:cds=off -Xlog:aot=off"
    for jar in "${jars[@]}" "${libraries[@]}"; do
        [ "$archive" -nt "$jar" ] || share=-Xshare:auto
    done
fi

# bench MAIN ARGUMENT…: of standard error only the JVM's line on its incubator is dropped.
bench() {
    # shellcheck disable=SC2086 # options are split at spaces, on purpose
    "$jdk/bin/java" $flags $share -Dbytegrad.root="$root" --add-modules jdk.incubator.vector ${BYTEGRAD_JAVA_OPTS:-} \
        -cp "$class_path" "$@" 2> >(grep -v '^WARNING: Using incubator modules' >&2)
    code=$?
    for k in "${!jars[@]}"; do
        newer=$(find "${folders[k]}" -newer "${jars[k]}" -name '*.class' -print -quit)
        [ -z "$newer" ] || {
            echo "benchmarks: this was ${jars[k]}, which is older than $newer; run: cd $root && mvn -q -DskipTests package" >&2
            [ $code -ne 0 ] || code=4
            return $code
        }
    done
    if [ "$share" = -Xshare:auto ]; then
        # Under a name of its own first: another run may be about to read it. As old as its beginning, so that a jar that was made meanwhile is newer.
        : >"$archive.$$.begun"
        # shellcheck disable=SC2086
        "$jdk/bin/java" $flags -XX:ArchiveClassesAtExit="$archive.$$" --add-modules jdk.incubator.vector \
            -cp "$class_path" bytegrad.benchmarks.WorkloadMain --start=scalar A 1 1.5 0 >/dev/null 2>&1 &&
            touch -r "$archive.$$.begun" "$archive.$$" && mv -f "$archive.$$" "$archive"
        rm -f "$archive.$$.begun"
        share=
    fi
    return $code
}
