// Choices among the members of a front, by answers that can be worked out by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bundled } from "./bundled.mjs";

const { byTarget, byWeights, doubtsOf, rangesOf, satisfying, whereOf } = await bundled("study/choose.ts");

const OBJECTIVES = [
  { metric: "accuracy", goal: "maximize" },
  { metric: "latency_ms", goal: "minimize" },
];
const member = (number, accuracy, latency, spread = 0) => ({
  number,
  metrics: { accuracy: { value: accuracy, spread: 0, samples: 1, source: "measured" }, latency_ms: { value: latency, spread, samples: 1, source: "measured" } },
});
const FRONT = [member(1, 0.8, 2), member(2, 0.9, 6), member(3, 1.0, 10)];
const RANGES = rangesOf(FRONT, OBJECTIVES);

test("bounds are asked in the direction of each goal and hold for the member that they are of", () => {
  assert.equal(whereOf({ accuracy: 0.9, latency_ms: 6 }, OBJECTIVES), "accuracy>=0.9,latency_ms<=6");
  assert.equal(whereOf({}, OBJECTIVES), "");
  assert.deepEqual(satisfying(FRONT, { accuracy: 0.9, latency_ms: 6 }, OBJECTIVES).map(({ number }) => number), [2]);
});

test("a weight of nothing leaves the other objective alone to choose", () => {
  assert.equal(byWeights(FRONT, OBJECTIVES, RANGES, { accuracy: 0 }).number, 1);
  assert.equal(byWeights(FRONT, OBJECTIVES, RANGES, { latency_ms: 0 }).number, 3);
});

test("weights count shares of the front's ranges", () => {
  // Trial 2 loses 0.5 of accuracy's range and 0.5 of latency's; trials 1 and 3 the whole of one.
  const front = [member(1, 0.8, 2), member(2, 0.95, 6), member(3, 1.0, 10)];
  const choice = byWeights(front, OBJECTIVES, rangesOf(front, OBJECTIVES), {});
  assert.equal(choice.number, 2);
  assert.equal(choice.sentence, "Trial 2 loses least of the front's ranges, weighted accuracy × 1, latency × 1, of 3 members.");
});

test("the nearest to a target misses it least in its worst part; more than was wished costs nothing", () => {
  assert.equal(byTarget(FRONT, OBJECTIVES, RANGES, { accuracy: 0.9, latency_ms: 6 }).sentence, "Trial 2 reaches the target (accuracy 90.00 %, latency 6.00 ms).");
  const choice = byTarget(FRONT, OBJECTIVES, RANGES, { accuracy: 0.9, latency_ms: 4 });
  assert.equal(choice.number, 2);
  assert.match(choice.sentence, /comes nearest to the target .*: it misses no part by more than 25 % of the front's range\./);
});

test("who is within the intervals of the chosen one is named", () => {
  const front = [member(1, 0.9, 5, 1), member(2, 0.9, 5.5, 1), member(3, 0.9, 13, 1)];
  const choice = byWeights(front, OBJECTIVES, rangesOf(front, OBJECTIVES), { accuracy: 0 });
  assert.equal(choice.number, 1);
  assert.deepEqual(choice.indistinguishable, [2]);
  assert.match(choice.sentence, /at 95 % confidence it cannot be told from trial 2\.$/);
});

test("where nobody is within the bounds the answer says so", () => {
  assert.deepEqual(byWeights([], OBJECTIVES, RANGES, {}), { number: null, indistinguishable: [], sentence: "No member of the front is within the bounds." });
});

test("a front of one member, or flat in an objective, has no range to share", () => {
  const one = [member(7, 0.9, 3)];
  assert.equal(byWeights(one, OBJECTIVES, rangesOf(one, OBJECTIVES), {}).number, 7);
  assert.equal(byTarget(one, OBJECTIVES, rangesOf(one, OBJECTIVES), {}).number, 7);
});

test("an objective is in doubt where intervals overlap, never where both numbers are exact", () => {
  const chosen = member(1, 0.9, 5, 1);
  assert.deepEqual(doubtsOf(chosen, [chosen, member(2, 0.9, 5.5, 1), member(3, 0.9, 13, 1)], OBJECTIVES), [{ metric: "latency_ms", twins: [2] }]);
  assert.deepEqual(doubtsOf(FRONT[0], FRONT, OBJECTIVES), []);
});
