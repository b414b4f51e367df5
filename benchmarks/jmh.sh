#!/usr/bin/env bash
# jmh.sh [SUITE] [OPTION…]   JMH's benchmarks; without a suite all of them, for hours. Options are JMH's, for instance `jmh.sh Engines -p workload=A -f 1`
#   Engines      workloads in the interpreter, op by op (the same kernels, nothing fused) and compiled, side by side
#   Operations   an operation or composite at each width of vectors: -p operation=MATMUL,EXP -p simd=SCALAR,BITS_512
#   ByHand       products and an elementwise formula, compiled and written by hand with the Vector API
#   Compilation  what compiling a workload takes in a warm JVM
# Exit code 4: not built.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
bench org.openjdk.jmh.Main -jvmArgsAppend "--add-modules jdk.incubator.vector" "$@"
