#!/usr/bin/env bash
# planner.sh [DIR]   plans every node-link graph (*.json) of a folder (default: remat/moccasin in the shared data) at 0.9 … 0.3 of its peak without recomputation,
#                    verifies each plan, and prints CSV: graph,frac,budget_bytes,status,overhead_pct,plan_ms
#                    (status ok | infeasible: no plan was found | below-bound: proved that there is none)
# Exit codes: 1 a file is no such graph, 2 bad arguments, 3 data is absent (BYTEGRAD_SHARED, default ../shared beside the project), 4 not built.
set -u
here=$(readlink -f "$0") && here=${here%/*}
. "$here/java25.sh"
[ $# -le 1 ] || { echo "usage: planner.sh [DIR]" >&2; exit 2; }
bench bytegrad.benchmarks.planner.PlannerMain "$@"
