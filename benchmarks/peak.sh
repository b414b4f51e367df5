#!/usr/bin/env bash
# peak.sh   measures fused multiply-adds and memory bandwidth on one thread, in Java; prints one line `PEAK {json}`
# Exit code 4: not built.
set -u
here=$(CDPATH='' cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
. "$here/java25.sh"
bench bytegrad.benchmarks.PeakMain
