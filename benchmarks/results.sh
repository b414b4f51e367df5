#!/usr/bin/env bash
# results.sh [OPTION VALUE]…   times ours and the libraries in turn, a process for each figure, and writes RESULTS.md with its charts beside this script
#   --workloads A,D32   --peers tensorflow,pytorch (or none)   --threads 1,2   --rounds 5   --warm 2   --measure 2 (seconds)
#   --out FILE          --record FILE.jsonl (every figure as it comes; target/results.jsonl)   --from FILE.jsonl,… (writes the page from records)
# The libraries are those that `mvn -Ppeers package` built, else those of the harness in BENCH_PEERS (default ../shared/peers). All of it takes more than an hour.
# Exit codes: 2 bad arguments, 3 no library is built, 4 not built.
set -u
here=$(CDPATH='' cd "$(dirname "$(readlink -f "$0")")" && pwd -P)
. "$here/java25.sh"
bench bytegrad.benchmarks.results.ResultsMain "$@"
