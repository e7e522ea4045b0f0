#!/usr/bin/env bash
# compare.sh FOLDER N: CPU seconds of each simulator on the recording that traffic.py wrote, the median of five in turn.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="$(cd "$1" && pwd)"
n="$2"
results="$(mktemp -d)"
trap 'rm -rf "$results"' EXIT

# User and system seconds of a command, appended to the file of its name.
measure() {
  local name="$1"
  shift
  TIMEFORMAT="%U %S"
  { time "$@" >/dev/null 2>"$results/stderr"; } 2>"$results/time" || { cat "$results/stderr" >&2; exit 1; }
  awk '{ print $1 + $2 }' "$results/time" >>"$results/$name"
}

blis() {
  local model="$BLIS/model_configs/llama-3.1-8b-instruct"
  measure "$1" "$BLIS/blis" replay --trace-header "$folder/blis.yaml" --trace-data "$folder/blis$n.csv" \
    --model meta-llama/llama-3.1-8b-instruct --model-config-folder "$model" --hardware H100 --tp 1 \
    --hardware-config "$BLIS/hardware_config.json" --defaults-filepath "$BLIS/defaults.yaml" \
    --total-kv-blocks 28000 --max-num-seqs 256 --max-num-batched-tokens 2048 --horizon 1000000000000 \
    --latency-model roofline "${@:2}"
}

for _ in 1 2 3 4 5; do
  measure "kvs, CSV" "$KVS" check "$folder/azure$n.kvs"
  measure "kvs, CSV, one step at a time" "$KVS" check "$folder/azure$n.kvs" --engine step
  measure "kvs, Mooncake" "$KVS" check "$folder/mooncake$n.kvs"
  if [[ -n "${DYNAMO_PYTHON:-}" ]]; then
    measure "Dynamo, Mooncake" "$DYNAMO_PYTHON" "$here/replay.py" "$folder/mooncake$n.jsonl"
  fi
  if [[ -n "${BLIS:-}" ]]; then
    export GOMAXPROCS=1
    blis "BLIS, signals at once" --snapshot-refresh-interval 0 --cache-signal-delay 0
    blis "BLIS, signals by default"
  fi
done

for file in "$results"/*,*; do
  median="$(sort -n "$file" | sed -n 3p)"
  awk -v name="$(basename "$file")" -v median="$median" -v n="$n" \
    'BEGIN { printf "%-32s %8.3f s %10.0f requests/s\n", name, median, n / median }'
done
