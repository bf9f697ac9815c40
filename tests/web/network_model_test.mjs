// What the drawing of a network shows, and what tells two trials apart, on networks small enough to check by eye.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bundled } from "./bundled.mjs";

const { draw, gridOf, runsOf, signatureOf, sumsOf } = await bundled("trial/network_model.ts");
const { geneDifferences, metricDifferences, operatorDifferences, verdictOf } = await bundled("trial/differences.ts");
const { barsOf, dotsOf, roofOf } = await bundled("trial/timing.ts");

function operator(name, inputs, more = {}) {
  const block = name.split(".")[0];
  const repeated = /^(\D+)(\d+)$/.exec(block);
  return {
    name,
    kind: "linear",
    block,
    group: repeated ? repeated[1] : block,
    index: repeated ? Number(repeated[2]) : null,
    inputs,
    output: [8],
    precision: "f32",
    quantizable: true,
    attributes: {},
    macs: 10,
    params: 4,
    model_size_bytes: 16,
    steps: [],
    moved_bytes: 0,
    time_ms: null,
    estimated: false,
    ...more,
  };
}

// patch -> layer0 (two side by side, joined) -> layer1 (the same) -> head, and past layer1 a residual.
const NETWORK = [
  operator("patch.embed", [-1]),
  operator("layer0.a", [0]),
  operator("layer0.b", [0], { precision: "int8" }),
  operator("layer0.add", [1, 2], { kind: "add", quantizable: false, macs: 0 }),
  operator("layer1.a", [3]),
  operator("layer1.b", [3]),
  operator("layer1.add", [4, 5], { kind: "add", quantizable: false, macs: 0 }),
  operator("head.classifier", [6, 3]),
];

const shown = (drawing) => drawing.shapes.map(({ kind, label }) => `${kind} ${label}`);

test("repeated blocks that follow each other are one run, all others stand alone", () => {
  assert.deepEqual(
    runsOf(NETWORK).map(({ label, blocks }) => [label, blocks.map(({ id }) => id)]),
    [
      ["patch", ["patch"]],
      ["layer", ["layer0", "layer1"]],
      ["head", ["head"]],
    ],
  );
});

test("a folded run shows a row for each operator with a precision, a column for each block", () => {
  const grid = gridOf(runsOf(NETWORK)[1], NETWORK);
  assert.deepEqual(grid.rows, ["a", "b"]);
  assert.deepEqual(
    grid.cells.map((row) => row.map(({ precision }) => precision)),
    [
      ["f32", "f32"],
      ["int8", "f32"],
    ],
  );
});

test("folded, a run is one box; open, its blocks; those open, their operators", () => {
  assert.deepEqual(shown(draw(NETWORK, new Set(), false)), ["operator embed", "run layer × 2", "operator classifier"]);
  assert.deepEqual(shown(draw(NETWORK, new Set(["run:layer0"]), false)), ["operator embed", "frame layer × 2", "block layer0", "block layer1", "operator classifier"]);
  const open = draw(NETWORK, new Set(["run:layer0", "layer0"]), false);
  assert.deepEqual(shown(open), ["operator embed", "frame layer × 2", "frame layer0", "operator a", "operator b", "operator add", "block layer1", "operator classifier"]);
});

test("edges end at what is drawn, each once; one that passes over another box says so", () => {
  const edges = (drawing) => drawing.edges.map(({ from, to, skips }) => `${from} > ${to}${skips ? " over" : ""}`);
  assert.deepEqual(edges(draw(NETWORK, new Set(), false)), ["patch.embed > run:layer0", "run:layer0 > head.classifier"]);
  assert.deepEqual(edges(draw(NETWORK, new Set(["run:layer0"]), false)), [
    "patch.embed > layer0",
    "layer0 > layer1",
    "layer1 > head.classifier",
    "layer0 > head.classifier over",
  ]);
});

test("nothing that is drawn overlaps, in either direction, whatever is open", () => {
  for (const down of [false, true]) {
    for (const open of [[], ["run:layer0"], ["run:layer0", "layer0", "layer1"]]) {
      const drawing = draw(NETWORK, new Set(open), down);
      const solid = drawing.shapes.filter(({ kind }) => kind !== "frame");
      for (const a of solid) {
        assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= drawing.width && a.y + a.height <= drawing.height);
        for (const b of solid) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          assert.ok(a === b || apart, `${a.id} and ${b.id}`);
        }
      }
    }
  }
});

test("a long run is drawn in lines, in order, none of them wider than a page", () => {
  const chain = Array.from({ length: 20 }, (_, at) => [operator(`block${at}.a`, [2 * at - 1]), operator(`block${at}.b`, [2 * at])]).flat();
  const drawing = draw(chain, new Set(["run:block0"]), false);
  const blocks = drawing.shapes.filter(({ kind }) => kind === "block");
  assert.ok(drawing.width < 1300);
  assert.equal(new Set(blocks.map(({ y }) => y)).size, 3);
  blocks.forEach((block, at) => assert.ok(at === 0 || block.y > blocks[at - 1].y || block.x > blocks[at - 1].x));
});

test("operators that need nothing of each other stand side by side", () => {
  const drawing = draw(NETWORK, new Set(["run:layer0", "layer0"]), false);
  const at = (id) => drawing.shapes.find((shape) => shape.id === id);
  assert.equal(at("layer0.a").x, at("layer0.b").x);
  assert.ok(at("layer0.add").x > at("layer0.a").x);
});

test("blocks with the same operators have the same signature, a precision tells them apart", () => {
  const [layer0, layer1] = runsOf(NETWORK)[1].blocks;
  assert.notEqual(signatureOf(layer0, NETWORK), signatureOf(layer1, NETWORK));
  const same = NETWORK.map((each) => ({ ...each, precision: "f32" }));
  assert.equal(signatureOf(layer0, same), signatureOf(layer1, same));
});

test("a sum has a time as soon as one operator has one", () => {
  const timed = NETWORK.map((each, place) => ({ ...each, time_ms: place === 1 ? 0.5 : null }));
  assert.deepEqual(sumsOf([0, 1, 2], timed), { macs: 30, bytes: 48, ms: 0.5 });
  assert.equal(sumsOf([0], timed).ms, null);
});

test("the time of each block is stacked by kind, the largest first; conversions are a kind of their own", () => {
  const steps = (...each) => ({ steps: each.map(([ms, reorder = false]) => ({ time_ms: ms, reorder })) });
  const bars = barsOf([operator("layer0.a", [-1], steps([1], [4, true])), operator("layer0.add", [0], { kind: "add", ...steps([0.5]) }), operator("layer1.a", [1], steps([2])), operator("layer1.b", [2], { steps: [{ reorder: false }] })]);
  assert.deepEqual(bars, { blocks: ["layer0", "layer1"], kinds: ["conversion", "linear", "add"], ms: [[4, 0], [1, 2], [0.5, 0]] });
});

test("of more kinds than there are colours the smallest are one", () => {
  const bars = barsOf([9, 8, 7, 6, 5, 4, 3, 2].map((ms) => operator(`block.${ms}`, [], { kind: `kind_${ms}`, steps: [{ time_ms: ms, reorder: false }] })));
  assert.deepEqual(bars.kinds, ["kind 9", "kind 8", "kind 7", "kind 6", "kind 5", "kind 4", "other"]);
  assert.deepEqual(bars.ms.at(-1), [5]);
});

test("a roof rises with memory to its ridge and is level from there", () => {
  // 8e6 MACs and 2e6 bytes a millisecond: the ridge is at 4 MACs per byte.
  assert.deepEqual(roofOf(8e6, 2e6, 1, 100), [[1, 2], [4, 8], [100, 8]]);
  assert.deepEqual(roofOf(8e6, 2e6, 10, 100), [[10, 8], [100, 8]]);
});

test("an operator is on the roofline as soon as it multiplies, moves and takes time", () => {
  const known = operator("a", [], { macs: 6e6, moved_bytes: 2e6, time_ms: 2 });
  assert.deepEqual(dotsOf([known, { ...known, time_ms: null }, { ...known, macs: 0 }, { ...known, moved_bytes: 0 }]).map(({ value }) => value), [[3, 3]]);
});

test("of two measurements whose intervals overlap nobody is better", () => {
  const measured = (value, spread) => ({ value, spread, samples: 3, source: "measured" });
  const goals = new Map([["score", "maximize"]]);
  assert.equal(verdictOf("latency_ms", measured(5, 0.3), measured(5.4, 0.4), goals), "unknown");
  assert.equal(verdictOf("latency_ms", measured(5, 0.3), measured(5.6, 0.4), goals), "a");
  assert.equal(verdictOf("latency_ms@phone", measured(5, 0.3), measured(5.6, 0.4), goals), "a");
  assert.equal(verdictOf("score", measured(1, 0), measured(2, 0), goals), "b");
  assert.equal(verdictOf("score", measured(2, 0), measured(2, 0), goals), "equal");
  assert.equal(verdictOf("score", measured(2, 0), undefined, goals), "");
});

test("measurements of two machines are not compared", () => {
  const trial = (fingerprint, value) => ({ metrics: { latency_ms: { value, spread: 0, samples: 1, source: "measured", fingerprint } } });
  const [row] = metricDifferences(["latency_ms"], trial("fp_1", 1), trial("fp_2", 2), new Map());
  assert.equal(row.mixed, true);
  assert.equal(row.verdict, "unknown");
});

test("genes differ member by member of their lists", () => {
  const rows = geneDifferences({ depth: 2, heads: [1, 2] }, { depth: 3, heads: [1, 4] });
  assert.deepEqual(
    rows.filter(({ differs }) => differs).map(({ gene, a, b }) => `${gene} ${a} ${b}`),
    ["depth 2 3", "heads[1] 2 4"],
  );
  assert.equal(rows.length, 3);
});

test("operators are told apart by precision and shape; one that only the second has stands in its place", () => {
  const b = [NETWORK[0], { ...NETWORK[1], precision: "int8", time_ms: 1 }, operator("layer0.new", [1], { time_ms: 2 }), NETWORK[7]];
  const rows = operatorDifferences([NETWORK[0], { ...NETWORK[1], time_ms: 3 }, NETWORK[7]], b);
  assert.deepEqual(
    rows.map(({ name, differs, ms }) => [name, differs, ms]),
    [
      ["patch.embed", false, null],
      ["layer0.a", true, -2],
      ["layer0.new", true, 2],
      ["head.classifier", false, null],
    ],
  );
});
