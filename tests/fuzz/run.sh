#!/bin/bash
# Runs libFuzzer on every fuzzer of build/fuzz: tests/fuzz/run.sh [SECONDS [NAME ...]]. What it finds is kept in
# build/fuzz/found, what it learned in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
[ $# -gt 0 ] || set -- http_target study_spec manifest csv safetensors report
mkdir -p build/fuzz/found
for name in "$@"; do
  mkdir -p "build/fuzz/corpus/$name"
  echo "fuzz_$name: $seconds s"
  "build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/found/$name-" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" 2>build/fuzz/"$name".log ||
    { tail -40 "build/fuzz/$name.log"; exit 1; }
  grep -E "stat::number_of_executed_units|stat::new_units_added|stat::peak_rss_mb" "build/fuzz/$name.log"
done
