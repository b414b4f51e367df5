#!/usr/bin/env bash
# sweep.sh SEED FIRST END   times random perceptrons, convolutions and attentions on one thread, twice, against the peak measured in the same run;
#                           the same seed and number is the same graph, so that `sweep.sh 1 17 18` repeats one of `sweep.sh 1 0 200`
# Exit codes: 2 bad arguments, 4 not built.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
bench bytegrad.benchmarks.sweep.SweepMain "$@"
