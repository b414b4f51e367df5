#!/usr/bin/env bash
# results.sh [OPTION VALUE]…   times ours and the libraries in turn, a process for each figure, and writes RESULTS.md with its charts beside this script
#   --minutes 9         stops when so many are over, and says what is left; the same command goes on, and writes the page at the end
#   --write             only writes the page, of what is recorded     --new   begins again (else a record that is complete is not measured again)
#   --workloads A,D32   --threads 1,2   --peers tensorflow,pytorch (or none)   --forks 5 (processes of ours)   --rounds 3 (of them with libraries)
#   --warm 10           seconds at most; later processes warm up as long as the slowest before took to become steady, and half of that
#   --measure 1 (seconds)   --out FILE   --record FILE.jsonl (every figure as it comes; target/results.jsonl)
# The libraries are those that `mvn -Ppeers package` built, else those of the harness in BENCH_PEERS (default ../shared/peers). All takes about 25 minutes.
# Exit codes: 2 bad arguments, 3 no library is built, 4 not built, 5 the time was over before the end.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
bench bytegrad.benchmarks.results.ResultsMain "$@"
