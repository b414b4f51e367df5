#!/usr/bin/env bash
# check.sh ISSUE [ROW]   measures what an issue promises, for instance `check.sh 01` or `check.sh 01 workload-A`: the rows whose
#                        names begin with ROW; prints a line `CHECK {"row":…,"value":…,"bound":…,"pass":…}` for each
# Exit codes: 1 a row fails, 2 bad arguments, 3 data is absent (BYTEGRAD_SHARED, default ../shared beside the project), 4 not built.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: check.sh ISSUE [ROW]" >&2; exit 2; }
issue=$1
[ "${#issue}" -gt 1 ] || issue=0$issue
main=bytegrad.benchmarks.check.CheckMain
groups=$(bench "$main" list "$issue" "${2:-}") || exit
# One JVM after another: what is compiled or loaded for one group must not slow the next.
result=0
for group in $groups; do
    bench "$main" run "$issue" "${2:-}" "$group"
    code=$?
    case $code in
        0) ;;
        3) [ $result -ne 0 ] || result=3 ;;
        *) [ $code -eq 1 ] || echo "check.sh: group $group broke off with exit code $code" >&2; result=1 ;;
    esac
done
exit $result
