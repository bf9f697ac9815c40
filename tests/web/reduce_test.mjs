// The dashboard's fold of events to what it shows, on a recorded log, and the other pure parts of the study page. Run by node --test; the
// TypeScript is bundled on the way.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bundled } from "./bundled.mjs";

const { emptyView, pace, reduce, secondsLeft, settle, viewOf, withFresh } = await bundled("study/reduce.ts");
const { parseWhere, rowsWithin, whereText } = await bundled("study/where.ts");
const { project } = await bundled("study/projection.ts");
const { cellAt, layoutStrip, svgOfStrip } = await bundled("study/strip_layout.ts");
const { choiceOf } = await bundled("study/genome_text.ts");

const golden = JSON.parse(readFileSync(new URL("../golden/study_log.json", import.meta.url), "utf8"));
const goals = { accuracy: "maximize", latency_ms: "minimize", model_size_bytes: "minimize" };
const onFront = (view) => [...view.front].filter(([, { on }]) => on).map(([number]) => number).sort((a, b) => a - b);

test("a recorded log folds to the front that the server gave", () => {
  const view = reduce(emptyView(), golden.events, goals);
  assert.equal(view.state, "completed");
  assert.equal(view.finished, 10);
  assert.deepEqual(view.states, { succeeded: 10 });
  assert.deepEqual(onFront(view), golden.front);
  assert.equal(view.fresh.length, 10);
});

test("events one by one or in batches of any size give the same view", () => {
  const whole = reduce(emptyView(), golden.events, goals);
  for (const size of [1, 3, 7]) {
    let view = emptyView();
    for (let i = 0; i < golden.events.length; i += size) view = reduce(view, golden.events.slice(i, i + size), goals);
    assert.deepEqual(view, whole);
  }
});

test("a replay after a broken connection changes nothing", () => {
  const whole = reduce(emptyView(), golden.events, goals);
  assert.deepEqual(reduce(whole, golden.events, goals), whole);
  assert.deepEqual(reduce(whole, golden.events.slice(5, 20), goals), whole);
});

test("the view before stays as it was", () => {
  const before = reduce(emptyView(), golden.events.slice(0, 12), goals);
  const copy = structuredClone(before);
  reduce(before, golden.events.slice(12), goals);
  assert.deepEqual(before, copy);
});

test("hypervolume never falls while a study goes on, nor does the best become worse", () => {
  const { history } = reduce(emptyView(), golden.events, goals);
  assert.ok(history.some(({ hypervolume }) => hypervolume !== null));
  for (let i = 1; i < history.length; ++i) {
    assert.ok((history[i].hypervolume ?? 0) >= (history[i - 1].hypervolume ?? 0));
    assert.ok(history[i].best.accuracy >= history[i - 1].best.accuracy);
    assert.ok(history[i].best.latency_ms <= history[i - 1].best.latency_ms);
  }
});

test("a fold that begins with the server's sum and one of the whole log agree", () => {
  const whole = reduce(emptyView(), golden.events, goals);
  const split = golden.events.findIndex(({ type, data }) => type === "trial.finished" && data.number === 4) + 1;
  const before = reduce(emptyView(), golden.events.slice(0, split), goals);
  const summed = {
    sequence: before.lastEvent,
    reference: { accuracy: 0.1 },
    states: { ...before.states, queued: 5 },
    history: {
      trials: before.history.map(({ trials }) => trials),
      elapsed_s: before.history.map(({ elapsed }) => elapsed),
      hypervolume: before.history.map(({ hypervolume }) => hypervolume),
      best: Object.fromEntries(Object.keys(goals).map((metric) => [metric, before.history.map(({ best }) => best[metric])])),
    },
  };
  const view = reduce(viewOf({ state: "running", reason: "" }, summed), golden.events, goals);
  assert.equal(view.finished, whole.finished);
  assert.deepEqual(view.history, whole.history);
  assert.deepEqual(view.states, whole.states);
  assert.deepEqual(view.reference, { accuracy: 0.1 });
});

test("a study that was extended goes on", () => {
  const whole = reduce(emptyView(), golden.events, goals);
  const id = whole.lastEvent + 1;
  const view = reduce(whole, [{ id, type: "study.extended", data: { budget: { trials: 20 }, added: { trials: 10 } } }], goals);
  assert.equal(view.searchEnded, false);
  assert.deepEqual(view.budget, { trials: 20 });
});

const finished = (id, number, value, more = {}) => ({
  id,
  type: "trial.finished",
  data: { number, state: "succeeded", elapsed_s: number, metrics: { a: { value, spread: 0.5, source: "measured" }, b: { value: -value, spread: 0, source: "predicted" } }, ...more },
});
const points = { sequence: 5, matching: 2, axes: ["a", "b"], number: [0, 1], front: [1, 0], feasible: [1, 1], kind: ["measured", "measured"], values: { a: [1, 2], b: [3, 4] }, spreads: {} };

test("what happened after the points were asked for is drawn with them, what they hold already is not", () => {
  const view = reduce(emptyView(), [finished(4, 1, 2, { front: { added: true, removed: [] } }), finished(6, 2, 9, { front: { added: true, removed: [0] } })]);
  const merged = withFresh(points, view);
  assert.deepEqual(merged.number, [0, 1, 2]);
  assert.deepEqual(merged.front, [0, 0, 1]);
  assert.equal(merged.matching, 3);
  assert.deepEqual(merged.values.a, [1, 2, 9]);
  assert.deepEqual(merged.kind, ["measured", "measured", "predicted"]);
  assert.deepEqual(points.front, [1, 0]);
  assert.equal(withFresh({ ...points, sequence: 6 }, view).number.length, 2);
});

test("what a confirmation says of the front and of its hypervolume holds from then on, and no trial has ended by it", () => {
  const before = reduce(emptyView(), [finished(1, 0, 1, { front: { added: true, removed: [] }, hypervolume: 0.4 }), finished(2, 1, 2, { front: { added: true, removed: [] }, hypervolume: 0.5 })]);
  const view = reduce(before, [{ id: 3, type: "study.confirmed", data: { front: { added: [7, 8], removed: [0] }, hypervolume: 0.3 } }]);
  assert.deepEqual(onFront(view), [1, 7, 8]);
  assert.deepEqual(view.history.map(({ hypervolume }) => hypervolume), [0.4, 0.3]);
  assert.equal(view.finished, 2);
  assert.deepEqual(before.history.map(({ hypervolume }) => hypervolume), [0.4, 0.5]);
});

test("what points hold is forgotten", () => {
  const view = settle(reduce(emptyView(), [finished(4, 1, 2, { front: { added: true, removed: [] } }), finished(6, 2, 9)]), 5);
  assert.deepEqual(view.fresh.map(({ number }) => number), [2]);
  assert.equal(view.front.size, 0);
});

test("the time left follows the pace of now, and the clock where that ends first", () => {
  const events = Array.from({ length: 11 }, (_, i) => finished(i + 1, i, 0, { elapsed_s: 2 * i }));
  const view = { ...reduce(emptyView(), events), state: "running" };
  assert.equal(pace(view), 0.5);
  assert.equal(secondsLeft(view, { trials: 21 }), 20);
  assert.equal(secondsLeft(view, { trials: 21, seconds: 25 }), 5);
  assert.equal(secondsLeft({ ...view, state: "paused" }, { trials: 21 }), null);
});

test("a filter is the same after a way through the address", () => {
  const ranges = parseWhere("latency_ms>=2,latency_ms<=8.5,accuracy>=0.9");
  assert.deepEqual(ranges, { latency_ms: { min: 2, max: 8.5 }, accuracy: { min: 0.9 } });
  assert.equal(whereText(ranges), "latency_ms>=2,latency_ms<=8.5,accuracy>=0.9");
  assert.deepEqual(parseWhere("nonsense,a<=x"), {});
  assert.deepEqual(rowsWithin({ latency_ms: [1, 2, 9, null], accuracy: [1, 0.95, 1, 1] }, 4, ranges), [false, true, false, false]);
  assert.equal(rowsWithin({}, 4, {}), null);
});

test("the box of three axes is seen from the front unless it is turned", () => {
  assert.deepEqual(project([0.5, -1, 1], { yaw: 0, pitch: 0 }), { x: 0.5, y: -1, depth: 1 });
  const { x, y } = project([0, 0, 1], { yaw: 0, pitch: 90 });
  assert.ok(Math.abs(x) < 1e-12 && Math.abs(y - 1) < 1e-12);
});

test("genomes are read character by character", () => {
  assert.equal(choiceOf("0-3", 0), 0);
  assert.equal(choiceOf("0-3", 1), null);
  assert.equal(choiceOf("0-3", 2), 3);
  assert.equal(choiceOf("0", 5), null);
});

test("the policy strip groups operators by layer, draws sizes as thickness and absence as a hairline", () => {
  const strip = { front: 2, sort: "a", operators: ["stem", "l0.qkv", "l0.fc"], most: [10, 20, 40], rows: [{ number: 7, metrics: {}, cells: [[0, "f32", 10, 4], [1, "int8", 20, 8], [2, "int8", 10, 8]] }, { number: 8, metrics: {}, cells: [[0, "f32", 10, 4]] }] };
  const layout = layoutStrip(strip, 400, 100, 20);
  assert.equal(layout.bands.length, 2);
  assert.equal(layout.boxes.length, 6);
  assert.equal(layout.boxes[1].height, 17);
  assert.ok(Math.abs(layout.boxes[2].height - 17 * (0.28 + 0.72 / 4)) < 1e-9);
  assert.deepEqual(layout.boxes.slice(4).map(({ precision, height }) => [precision, height]), [["", 1], ["", 1]]);
  const last = layout.columns[2];
  assert.ok(last.x + last.width <= 400);
  assert.deepEqual(cellAt(layout, last.x + 1, layout.head + 25), { row: 1, column: 2 });
  assert.equal(cellAt(layout, 10, 0), null);
  const svg = svgOfStrip(layout, ["7", "8 <"], () => "#000", "#111", "#fff");
  assert.equal(svg.match(/<rect /g).length, 7);
  assert.ok(svg.includes("8 &lt;"));
});
