#!/usr/bin/env bash
# jmh.sh [OPTION…]   A and F in the interpreter, op by op (the same kernels, nothing fused) and compiled, side by side; options are
#                    JMH's, for instance `jmh.sh -p workload=A -f 1`
# Exit code 4: not built.
set -u
here=$(CDPATH='' cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
. "$here/java25.sh"
bench org.openjdk.jmh.Main -jvmArgsAppend "--add-modules jdk.incubator.vector" "$@"
