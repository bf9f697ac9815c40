#!/bin/sh
# Submits a study from a shell script, waits for it, and fails when it did: sh examples/submit.sh STUDY.json
set -eu
study=$(quarry submit "$1")
quarry watch "$study"
quarry front "$study" --csv > "front_$study.csv"
echo "front_$study.csv"
