#!/usr/bin/env bash
# peer.sh PEER NAME THREADS WARM_S MEASURE_S   times a workload of SPEC.md in another library; prints one line `RESULT {json}`
# peer.sh PEER check NAME                      compares its values with ours, on one thread
# PEER: pytorch (eager, through DJL), tensorflow (graph mode), tensorflow-xla (the same with XLA's clusters), onnxruntime (inference).
# They come from Maven Central: `mvn -q -Ppeers -DskipTests package`, 330 MB. Nothing is downloaded here; natives are unpacked once, into target.
# Exit codes: 1 values differ, 2 bad arguments, 3 not offered (prints UNSUPPORTED), 4 not built.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
[ -f "$here/peers/target/classes/bytegrad/benchmarks/peers/PeerMain.class" ] && [ -d "$here/peers/target/lib" ] || {
    echo "peer.sh: not built; run: cd $root && mvn -q -Ppeers -DskipTests package" >&2
    exit 4
}
class_path=$here/peers/target/classes:$here/peers/target/lib/*:$class_path
cache=$here/peers/target/natives
threads=1
[ $# -lt 5 ] || threads=$3
# Each library's own way to be told how many threads it may use, and to keep to this folder.
export OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads DJL_CACHE_DIR=$cache/djl ENGINE_CACHE_DIR=$cache/djl OPT_OUT_TRACKING=true TF_CPP_MIN_LOG_LEVEL=2
[ "${1:-}" != tensorflow-xla ] || export TF_XLA_FLAGS="--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit"
[ "$threads" != 1 ] || export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false"
BYTEGRAD_JAVA_OPTS="${BYTEGRAD_JAVA_OPTS:-} --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true -Dorg.bytedeco.javacpp.cachedir=$cache/javacpp"
bench bytegrad.benchmarks.peers.PeerMain "$@"
