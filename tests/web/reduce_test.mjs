// The dashboard's fold of events to what it shows, on a recorded log. Run by node --test; the TypeScript is bundled on the way.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const dashboard = join(here, "../../web/dashboard");
const { build } = await import(pathToFileURL(join(dashboard, "node_modules/esbuild/lib/main.js")).href);
const output = join(mkdtempSync(join(tmpdir(), "quarry-")), "reduce.mjs");
await build({ entryPoints: [join(dashboard, "src/study/reduce.ts")], outfile: output, bundle: true, format: "esm" });
const { emptyView, reduce } = await import(pathToFileURL(output).href);

const golden = JSON.parse(readFileSync(join(here, "../golden/study_log.json"), "utf8"));

test("a recorded log folds to the front that the server gave", () => {
  const view = reduce(emptyView(), golden.events);
  assert.equal(view.state, "completed");
  assert.equal(view.finished, 10);
  assert.equal(view.trials.length, 10);
  assert.deepEqual([...view.front].sort((a, b) => a - b), golden.front);
  assert.ok(view.trials.every((trial) => trial.state === "succeeded"));
});

test("events one by one or in batches of any size give the same view", () => {
  const whole = reduce(emptyView(), golden.events);
  for (const size of [1, 3, 7]) {
    let view = emptyView();
    for (let i = 0; i < golden.events.length; i += size) view = reduce(view, golden.events.slice(i, i + size));
    assert.deepEqual(view, whole);
  }
});

test("a replay after a broken connection changes nothing", () => {
  const whole = reduce(emptyView(), golden.events);
  assert.deepEqual(reduce(whole, golden.events), whole);
  assert.deepEqual(reduce(whole, golden.events.slice(5, 20)), whole);
});

test("the view before stays as it was", () => {
  const before = reduce(emptyView(), golden.events.slice(0, 12));
  const copy = structuredClone(before);
  reduce(before, golden.events.slice(12));
  assert.deepEqual(before, copy);
});

test("hypervolume never falls while a study goes on", () => {
  const { history } = reduce(emptyView(), golden.events);
  assert.ok(history.length >= 1);
  for (let i = 1; i < history.length; ++i) assert.ok(history[i].hypervolume >= history[i - 1].hypervolume);
});

test("test accuracies join their trials' metrics", () => {
  const view = reduce(emptyView(), golden.events);
  assert.ok(view.tested > 0);
  for (const number of golden.front) assert.ok(view.trials[number].metrics.test_accuracy.value > 0);
});
