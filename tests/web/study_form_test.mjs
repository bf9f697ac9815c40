// What the dashboard's form makes of what was typed: the study's document, and the scripts that send it. Run by node --test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bundled } from "./bundled.mjs";

const { documentOf, emptyForm, formOf } = await bundled("studies/form.ts");
const { scriptsOf } = await bundled("studies/scripts.ts");

const catalog = {
  algorithms: [
    {
      name: "linas",
      options: [
        { name: "population", type: "integer", default: 40 },
        { name: "inner/name", type: "text", default: "nsga2" },
        { name: "inner/evaluations", type: "integer", default: 10000 },
        { name: "corners", type: "flag", default: true },
      ],
    },
  ],
  evaluators: [
    { name: "onednn", metrics: ["latency_ms"], options: [{ name: "threads", type: "integer", default: 1 }] },
    { name: "validation", metrics: ["accuracy"], options: [{ name: "images", type: "integer", default: 0 }] },
    { name: "table", metrics: [], options: [{ name: "import", type: "text", default: "" }] },
  ],
  metrics: [
    { name: "accuracy", goal: "maximize" },
    { name: "latency_ms", goal: "minimize" },
  ],
};
const twoObjectives = [
  { metric: "accuracy", goal: "maximize" },
  { metric: "latency_ms", goal: "minimize" },
];

test("an untouched form says no more than supernet, objectives and budget", () => {
  assert.deepEqual(documentOf({ ...emptyForm(catalog), supernet: "small" }, catalog), {
    supernet: "small",
    objectives: twoObjectives,
    budget: { trials: 100 },
  });
});

test("options are typed as the catalog says, and a slash leads into an object", () => {
  const algorithm = { name: "linas", options: { population: "8", "inner/name": "ga", "inner/evaluations": "200", corners: "false" } };
  const form = { ...emptyForm(catalog), algorithm, evaluators: { latency_ms: { name: "", options: { threads: "2" } } } };
  const { algorithm: made, metrics } = documentOf(form, catalog);
  assert.deepEqual(made, { name: "linas", population: 8, inner: { name: "ga", evaluations: 200 }, corners: false });
  assert.deepEqual(metrics, { latency_ms: { threads: 2 } });
});

test("an option of type text stays text, even where it looks like a number", () => {
  const form = { ...emptyForm(catalog), evaluators: { accuracy: { name: "table", options: { import: "17" } } } };
  assert.deepEqual(documentOf(form, catalog).metrics, { accuracy: { evaluator: "table", import: "17" } });
});

test("what is no number goes to the server as it was typed", () => {
  const form = { ...emptyForm(catalog), trials: "many", minutes: "an hour", constraints: [{ metric: "latency_ms", min: "", max: "fast" }] };
  const document = documentOf(form, catalog);
  assert.deepEqual(document.budget, { trials: "many", seconds: "an hour" });
  assert.deepEqual(document.constraints, [{ metric: "latency_ms", max: "fast" }]);
});

test("minutes become seconds, tags a list, a fixed gene its JSON value", () => {
  const form = { ...emptyForm(catalog), minutes: "1.5", tags: " night, big ,", fixed: [{ gene: "depth", value: "6" }, { gene: "norm", value: "pre" }] };
  const document = documentOf(form, catalog);
  assert.equal(document.budget.seconds, 90);
  assert.deepEqual(document.tags, ["night", "big"]);
  assert.deepEqual(document.fixed, { depth: 6, norm: "pre" });
});

test("a study's own document comes back through the form as it was, but for defaults that need not be said", () => {
  const spec = {
    name: "first",
    supernet: "small",
    objectives: [{ metric: "accuracy", goal: "maximize", reference: 0.5 }, twoObjectives[1]],
    constraints: [{ metric: "latency_ms", max: 12 }],
    metrics: { accuracy: { evaluator: "validation", images: 200 }, latency_ms: { evaluator: "onednn", threads: 1, tags: ["device=phone"] } },
    algorithm: { name: "linas", population: 8, inner: { name: "nsga2", evaluations: 200 }, corners: true },
    budget: { trials: 30, seconds: 120 },
    seed: 7,
    in_flight: 16,
    baselines: true,
    final_test: false,
    precisions: ["f32"],
    weight_schemes: ["symmetric"],
    latency_model: "lm_1",
    retries: { max: 1, on: ["expired", "final"] },
    fixed: { heads: [1, 2] },
    seeds: { configs: [], studies: [{ id: "st_1", front: 3 }] },
  };
  const { in_flight, baselines, ...said } = spec;
  const form = formOf(spec, { tags: ["a", "b"], notes: "why", priority: 3 }, catalog);
  assert.deepEqual(documentOf(form, catalog), {
    ...said,
    metrics: { accuracy: { evaluator: "validation", images: 200 }, latency_ms: { evaluator: "onednn", tags: ["device=phone"] } },
    algorithm: { name: "linas", population: 8, inner: { evaluations: 200 } },
    seeds: { studies: ["st_1"] },
    tags: ["a", "b"],
    notes: "why",
    priority: 3,
  });
});

test("what is tried again is said where it differs from what the server does anyway", () => {
  const retries = (changes) => documentOf({ ...emptyForm(catalog), ...changes }, catalog).retries;
  assert.equal(retries({}), undefined);
  assert.equal(retries({ retryOn: ["retryable", "expired"] }), undefined);
  assert.deepEqual(retries({ retries: "0" }), { max: 0 });
  assert.deepEqual(retries({ retryOn: [] }), { on: [] });
  assert.deepEqual(retries({ retries: "often" }), { max: "often" });
});

test("a field that the form does not show goes with a clone", () => {
  const spec = { supernet: "small", objectives: twoObjectives, algorithm: {}, budget: { trials: 5 }, tomorrows: 1 };
  assert.equal(documentOf(formOf(spec, {}, catalog), catalog).tomorrows, 1);
});

test("the scripts hold the very document, whatever is in it", () => {
  const document = { name: "it's \"new\"", baselines: false, notes: null, list: [1, 2] };
  const [json, quarry, curl, python] = scriptsOf(document, "http://127.0.0.1:8080").map(({ text }) => text);
  assert.deepEqual(JSON.parse(json), document);
  assert.ok(quarry.includes(json));
  // A quote ends a shell's string, stands escaped, and begins the next.
  assert.ok(curl.includes(json.replace("it's", "it'\\''s")));
  assert.ok(python.includes('{"name": "it\'s \\"new\\"", "baselines": False, "notes": None, "list": [1, 2]}'));
});
