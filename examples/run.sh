#!/usr/bin/env bash
# run.sh digits [PORT]      serves a page on which a digit is drawn and recognised
# run.sh train-on [EPOCHS]  trains a classifier for an epoch, makes a jar of its step, and goes on with it in an application
# run.sh anywhere           runs one jar on each Java that is installed, without and with the Vector API, and compares the bits
# What they need is built first. BYTEGRAD_JAVA_HOME names another JDK than the first one found.
set -euo pipefail
here=$(CDPATH='' cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
root=$(dirname "$here")
work=$here/target/run
usage() {
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
}
[ $# -ge 1 ] || usage

jdks() {
    for home in "${BYTEGRAD_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -x "$home/bin/javac" ] && [ "$(version "$home")" -ge 17 ]; then
            readlink -f "$home"
        fi
    done | awk '!seen[$0]++'
}
version() {
    sed -n 's/^JAVA_VERSION="\([0-9][0-9]*\).*/\1/p' "$1/release" 2>/dev/null || echo 0
}
jdk=$(jdks | head -n 1)
[ -n "$jdk" ] || { echo "run.sh: needs a JDK 17 or newer" >&2; exit 1; }

# The application is compiled against the jar alone: nothing else of Bytegrad is needed.
compile() {
    mkdir -p "$work/classes/bytegrad/examples"
    cp "$here"/src/main/resources/bytegrad/examples/* "$work/classes/bytegrad/examples"
    find "$here/src/main/java" -name '*.java' ! -name package-info.java -print0 | xargs -0 "$jdk/bin/javac" --release 17 -cp "$1" -d "$work/classes"
}
digits() {
    mkdir -p "$work"
    "$root/bytegrad" compile "$here/digits/digits.graph" --weights "$here/digits/digits.safetensors" -o "$work/digits.jar"
    compile "$work/digits.jar"
}

case $1 in
    digits)
        digits
        exec "$jdk/bin/java" -cp "$work/digits.jar:$work/classes" bytegrad.examples.DigitServer "$work/digits.jar" "${2:-8080}"
        ;;
    train-on)
        mkdir -p "$work"
        "$root/bytegrad" train --epochs 1 --hidden 64 --out "$work/training" --force
        "$root/bytegrad" compile "$work/training" --train -o "$work/step.jar"
        compile "$work/step.jar"
        exec "$jdk/bin/java" -cp "$work/step.jar:$work/classes" bytegrad.examples.TrainOn "$work/step.jar" "$root/data/fashion-mnist" "${2:-2}"
        ;;
    anywhere)
        digits
        found=$(jdks | while read -r home; do
            "$home/bin/java" -cp "$work/digits.jar:$work/classes" bytegrad.examples.SameBits "$work/digits.jar"
            "$home/bin/java" --add-modules jdk.incubator.vector -cp "$work/digits.jar:$work/classes" bytegrad.examples.SameBits "$work/digits.jar" 2>/dev/null
        done)
        echo "$found"
        [ "$(echo "$found" | sed 's/.*: //' | sort -u | wc -l)" -eq 1 ] || { echo "run.sh: the bits differ" >&2; exit 1; }
        echo "the same bits everywhere"
        ;;
    *) usage ;;
esac
