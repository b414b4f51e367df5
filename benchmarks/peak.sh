#!/usr/bin/env bash
# peak.sh                   measures fused multiply-adds and memory bandwidth on one thread, in Java; prints one line `PEAK {json}`
# peak.sh --profile FILE    measures what compilation may go by, and writes it as a machine profile: `Options.withMachineProfile`, `bytegrad explain --profile`
# Exit codes: 2 bad arguments, 4 not built.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
bench bytegrad.benchmarks.PeakMain "$@"
