#!/usr/bin/env bash
# workload.sh NAME THREADS WARM_S MEASURE_S   times a workload of SPEC.md; prints one line `RESULT {json}`
# workload.sh golden OUT.json                 writes our values of all of them
# Exit codes: 2 bad arguments, 3 not offered (prints UNSUPPORTED), 4 not built. It never builds: that would be timed.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
bench bytegrad.benchmarks.WorkloadMain "$@"
