# The commands of everyday work; each sets up what it needs first.
.DEFAULT_GOAL := help
SHELL := /bin/bash
QUARRY := build/release/quarry
ARGS ?=

.PHONY: help demo test run bench bench-dashboard bench-executor bench-first-light bench-imports bench-joint bench-latency bench-operators bench-predictors bench-search bench-service peers format fuzz nightly-kill tidy release

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

release:
	@.ci/setup build
	@mkdir -p build && cmake --preset release -DBUILD_TESTING=OFF >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build --preset release --target quarry

demo: release ## search fashion_vit on this machine and show the front (ARGS=--exit stops the server afterwards)
	@rm -rf build/demo
	@$(QUARRY) demo --data build/demo $(ARGS)

run: release ## serve http://127.0.0.1:8080 (ARGS go to quarry serve)
	@$(QUARRY) serve $(ARGS)

test: ## build and run all tests: release, AddressSanitizer with UBSan, ThreadSanitizer
	@.ci/setup build test
	cmake --workflow --preset release
	cmake --workflow --preset asan
	cmake --workflow --preset tsan

peers: ## install what the benchmarks compare with
	@.ci/setup build test peers

bench: bench-first-light bench-executor bench-latency bench-operators bench-search bench-joint bench-predictors bench-imports bench-dashboard bench-service ## all benchmarks; each writes build/bench/NAME.json

bench-first-light: ## executor latency beside PyTorch's, trials a minute, NSGA-II's speed
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@ cmake --build --preset release --target bench_first_light
	@build/release/tests/bench/bench_first_light

bench-latency: ## how far two processes agree on the latency of 20 networks, undisturbed and disturbed
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_latency
	@build/release/tests/bench/bench_latency

bench-operators: ## latency predicted from operators' times beside what is measured (ARGS: --fill N --unseen N --threads N --supernet NAME)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_operators
	@build/release/tests/bench/bench_operators $(ARGS)

bench-executor: ## latency beside ONNX Runtime's, the share of the processor's peak, a candidate's cost (ARGS: sections, --threads 1,2, --batch 1,8, ...)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_executor
	@build/release/tests/bench/bench_executor $(ARGS)

bench-joint: ## architecture and quantization searched together: how much faster and smaller at the accuracy of INT8 (ARGS: supernets, --trials N, --threads N)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_joint
	@build/release/tests/bench/bench_joint $(ARGS)

bench-imports: ## how long 100,000 measured networks take from a file into the server (ARGS: rows)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_imports
	@build/release/tests/bench/bench_imports $(ARGS)

bench-dashboard: ## the study page over 100,000 trials: paint, brushing, tabs, heap, and what it takes from a running study (ARGS: --trials N, --pairs N, --seconds N, --quick)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target quarry large_study
	@node tests/bench/dashboard/bench_dashboard.mjs build/release/quarry build/release/tests/bench/large_study build/bench $(ARGS)

bench-predictors: ## error and rank of predictors on published measurements, transfer between machines, speed (ARGS: sections, --models A,B, --data KEY, --splits N)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_predictors
	@build/release/tests/bench/bench_predictors $(ARGS)

bench-search: ## search quality and speed beside pagmo2, Optuna and published figures (ARGS: sections, --seeds N, ...)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_search
	@build/release/tests/bench/bench_search $(ARGS)

fuzz: ## libFuzzer on everything that reads a user's bytes (ARGS: seconds for each, then names)
	@.ci/setup build test fuzz
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target quarry_server
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz
	@tests/fuzz/run.sh $(ARGS)

nightly-kill: ## a true server killed at 1,000 random instants (ARGS: how many, then the seed; 0 draws one)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target test_kill
	@QUARRY_KILLS=$(or $(word 1,$(ARGS)),1000) QUARRY_KILL_SEED=$(or $(word 2,$(ARGS)),0) build/release/tests/test_kill

bench-service: ## the service under load: asks, completions, GETs, fronts, start, a crowd (ARGS: sections, --seconds N, --trials N, --folder DIR)
	@.ci/setup build test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_service
	@build/release/tests/bench/bench_service $(ARGS)

format: ## format all C++ with clang-format 14
	@.ci/setup test
	@find predictors search evaluators server tests -name '*.[ch]pp' | xargs clang-format -i

tidy: ## clang-tidy on every file
	@.ci/setup build test
	cmake --workflow --preset tidy
