#!/usr/bin/env bash
# workload.sh [--start=cold|scalar|warm] NAME THREADS WARM_S MEASURE_S   times a workload of SPEC.md; prints one line `RESULT {json}`
# workload.sh golden OUT.json                                            writes our values of all of them
# Exit codes: 2 bad arguments, 3 not offered (prints UNSUPPORTED), 4 not built. It never builds: that would be timed.
set -u
# Each process takes milliseconds, which count as ours where the time from the launch is measured.
if [[ $0 = /* && ! -L $0 ]]; then here=$0; else here=$(readlink -f "$0"); fi
here=${here%/*}
. "$here/java25.sh"
bench bytegrad.benchmarks.WorkloadMain "$@"
