// The form of a new study: what it holds, the document it stands for, and how a document fills it again. Pure functions, tested by
// tests/web/study_form_test.mjs. Everything typed is text; what is not a number goes to the server as it is, which says so at its field.
import type { Catalog, Constraint, Goal, Objective, StudySpec } from "../app/model";

/** One option of an algorithm or evaluator, as the catalog describes it. "inner/name" is a field of an object. */
export interface Option {
  name: string;
  type: "integer" | "number" | "flag" | "text";
  default: unknown;
  help: string;
  min?: number;
  max?: number;
  allowed?: string[];
}

export interface CatalogEntry {
  name: string;
  summary: string;
  options: Option[];
  metrics?: string[]; // of an evaluator
  choose?: string; // of an algorithm
  paper?: string;
  max_objectives?: number;
}

export interface MetricEntry {
  name: string;
  goal: Goal;
  summary: string;
}

export interface StudyCatalog {
  algorithms: CatalogEntry[];
  evaluators: CatalogEntry[];
  metrics: MetricEntry[];
}

export const asStudyCatalog = (catalog: Catalog) => catalog as unknown as StudyCatalog;

export interface ObjectiveRow {
  metric: string;
  goal: Goal;
  reference: string;
}

export interface ConstraintRow {
  metric: string;
  min: string;
  max: string;
}

/** A name out of the catalog ("" = the server's choice) and the options that differ from the defaults. */
export interface Chosen {
  name: string;
  options: Record<string, string>;
}

export interface StudyForm {
  name: string;
  supernet: string;
  tags: string; // with commas between
  notes: string;
  priority: string;
  objectives: ObjectiveRow[];
  constraints: ConstraintRow[];
  evaluators: Record<string, Chosen>; // by metric
  workerTags: Record<string, string>; // by metric: where it is to be measured
  algorithm: Chosen;
  trials: string;
  minutes: string;
  seed: string;
  inFlight: string;
  baselines: boolean;
  finalTest: boolean;
  precisions: string[]; // none: all that the machine runs
  weightSchemes: string[]; // the same
  latencyModel: string; // "" = the server's choice
  retries: string;
  retryOn: string[]; // kinds of failures
  fixed: { gene: string; value: string }[];
  seedStudies: string[];
  /** Fields of a cloned document that the form does not show; kept as they are. */
  rest: Record<string, unknown>;
}

/** What is done about a failure where nothing is said, as server/README.md has it. */
export const RETRIES = { max: 2, on: ["expired", "retryable"] };

export function emptyForm(catalog: StudyCatalog): StudyForm {
  const goalOf = (metric: string) => catalog.metrics.find(({ name }) => name === metric)?.goal ?? "minimize";
  return {
    name: "",
    supernet: "",
    tags: "",
    notes: "",
    priority: "",
    objectives: ["accuracy", "latency_ms"].map((metric) => ({ metric, goal: goalOf(metric), reference: "" })),
    constraints: [],
    evaluators: {},
    workerTags: {},
    algorithm: { name: "", options: {} },
    trials: "100",
    minutes: "",
    seed: "",
    inFlight: "",
    baselines: true,
    finalTest: true,
    precisions: [],
    weightSchemes: [],
    latencyModel: "",
    retries: "",
    retryOn: RETRIES.on,
    fixed: [],
    seedStudies: [],
    rest: {},
  };
}

/** A number where the text is one, otherwise the text itself. */
export function asTyped(text: string): number | string {
  const trimmed = text.trim();
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

// 8, "int8" or [1, 2]: a value of a gene is JSON, a bare word stands for itself.
function asValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim();
  }
}

function setAt(document: Record<string, unknown>, path: string, value: unknown): void {
  const [first = "", ...rest] = path.split("/");
  if (!rest.length) {
    document[first] = value;
    return;
  }
  const inner = (document[first] ??= {}) as Record<string, unknown>;
  setAt(inner, rest.join("/"), value);
}

function getAt(document: Record<string, unknown>, path: string): unknown {
  return path.split("/").reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
}

function optionValue(option: Option | undefined, text: string): unknown {
  if (option?.type === "flag") return text === "true";
  return option?.type === "text" ? text : asTyped(text);
}

function documentOfChosen(chosen: Chosen, nameField: string, options: Option[]): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  if (chosen.name) document[nameField] = chosen.name;
  for (const [name, text] of Object.entries(chosen.options)) {
    if (text.trim() !== "") setAt(document, name, optionValue(options.find((option) => option.name === name), text));
  }
  return document;
}

/** The metrics that the study needs, in the order in which the form names them. */
export function metricsOf(form: StudyForm): string[] {
  return [...new Set([...form.objectives, ...form.constraints].map(({ metric }) => metric).filter(Boolean))];
}

/** Who measures a metric where nothing is said: the first that can. */
export function defaultEvaluator(catalog: StudyCatalog, metric: string): string {
  return catalog.evaluators.find(({ metrics }) => metrics?.includes(metric))?.name ?? "";
}

export function evaluatorOf(form: StudyForm, catalog: StudyCatalog, metric: string): CatalogEntry | undefined {
  const name = form.evaluators[metric]?.name || defaultEvaluator(catalog, metric);
  return catalog.evaluators.find((entry) => entry.name === name);
}

/** Those that can serve a metric: that measure it, or that answer any from what the user brought. */
export function evaluatorsFor(catalog: StudyCatalog, metric: string): CatalogEntry[] {
  return catalog.evaluators.filter(({ metrics }) => !metrics?.length || metrics.includes(metric));
}

function metricsDocument(form: StudyForm, catalog: StudyCatalog): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const metric of metricsOf(form)) {
    const chosen = form.evaluators[metric] ?? { name: "", options: {} };
    const entry = documentOfChosen(chosen, "evaluator", evaluatorOf(form, catalog, metric)?.options ?? []);
    const tags = listOf(form.workerTags[metric] ?? "");
    if (tags.length) entry.tags = tags;
    if (Object.keys(entry).length) document[metric] = entry;
  }
  return document;
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
}

const sameSet = (a: string[], b: string[]) => a.length === b.length && a.every((each) => b.includes(each));

/** What of it is said: nothing where it is what the server does anyway. */
export function retriesOf({ retries, retryOn }: StudyForm): Record<string, unknown> {
  return { ...(retries.trim() && { max: asTyped(retries) }), ...(!sameSet(retryOn, RETRIES.on) && { on: retryOn }) };
}

function constraintOf({ metric, min, max }: ConstraintRow): Record<string, unknown> {
  return { metric, ...(min.trim() && { min: asTyped(min) }), ...(max.trim() && { max: asTyped(max) }) };
}

function objectiveOf({ metric, goal, reference }: ObjectiveRow): Record<string, unknown> {
  return { metric, goal, ...(reference.trim() && { reference: asTyped(reference) }) };
}

/** The study's document: what the form says, and no more than it says. */
export function documentOf(form: StudyForm, catalog: StudyCatalog): Record<string, unknown> {
  const options = catalog.algorithms.find(({ name }) => name === (form.algorithm.name || catalog.algorithms[0]?.name))?.options ?? [];
  const metrics = metricsDocument(form, catalog);
  const algorithm = documentOfChosen(form.algorithm, "name", options);
  const retries = retriesOf(form);
  const budget: Record<string, unknown> = {};
  if (form.trials.trim()) budget.trials = asTyped(form.trials);
  const minutes = asTyped(form.minutes);
  if (form.minutes.trim()) budget.seconds = typeof minutes === "number" ? minutes * 60 : minutes;
  const document: Record<string, unknown> = {};
  const put = (field: string, value: unknown, wanted: boolean) => wanted && (document[field] = value);
  put("name", form.name.trim(), form.name.trim() !== "");
  document.supernet = form.supernet;
  document.objectives = form.objectives.map(objectiveOf);
  put("constraints", form.constraints.map(constraintOf), form.constraints.length > 0);
  put("metrics", metrics, Object.keys(metrics).length > 0);
  put("algorithm", algorithm, Object.keys(algorithm).length > 0);
  put("budget", budget, Object.keys(budget).length > 0);
  put("seed", asTyped(form.seed), form.seed.trim() !== "");
  put("in_flight", asTyped(form.inFlight), form.inFlight.trim() !== "");
  put("baselines", false, !form.baselines);
  put("final_test", false, !form.finalTest);
  put("precisions", form.precisions, form.precisions.length > 0);
  put("weight_schemes", form.weightSchemes, form.weightSchemes.length > 0);
  put("latency_model", form.latencyModel, form.latencyModel !== "");
  put("retries", retries, Object.keys(retries).length > 0);
  put("fixed", Object.fromEntries(form.fixed.map(({ gene, value }) => [gene, asValue(value)])), form.fixed.length > 0);
  put("seeds", { studies: form.seedStudies }, form.seedStudies.length > 0);
  put("tags", listOf(form.tags), listOf(form.tags).length > 0);
  put("notes", form.notes, form.notes.trim() !== "");
  put("priority", asTyped(form.priority), form.priority.trim() !== "");
  return { ...document, ...form.rest };
}

function chosenOf(document: Record<string, unknown>, nameField: string, entry: CatalogEntry | undefined): Chosen {
  const options: Record<string, string> = {};
  for (const { name, default: byDefault } of entry?.options ?? []) {
    const value = getAt(document, name);
    if (value !== undefined && value !== byDefault) options[name] = String(value);
  }
  return { name: String(document[nameField] ?? ""), options };
}

const textOf = (value: unknown) => (value === undefined || value === null ? "" : String(value));
const valueText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

// What seeds became when the study was created names the studies that they are from.
function seedStudiesOf(spec: StudySpec): string[] {
  return (spec.seeds?.studies ?? []).map((study) => (typeof study === "string" ? study : String((study as { id?: unknown }).id)));
}

/** The form of a study like the one given: its document with the defaults filled in, and its labels. */
export function formOf(spec: StudySpec, labels: { tags?: string[]; notes?: string; priority?: number }, catalog: StudyCatalog): StudyForm {
  const shown = ["name", "supernet", "objectives", "constraints", "metrics", "algorithm", "budget", "seed", "in_flight", "baselines", "final_test", "precisions", "weight_schemes", "latency_model", "retries", "fixed", "seeds"];
  const metrics = (spec.metrics ?? {}) as Record<string, Record<string, unknown>>;
  const form = emptyForm(catalog);
  const entryOf = (metric: string) => catalog.evaluators.find(({ name }) => name === metrics[metric]?.evaluator);
  const rest = Object.fromEntries(Object.entries(spec).filter(([field]) => !shown.includes(field)));
  const configs = spec.seeds?.configs ?? [];
  return {
    ...form,
    name: spec.name ?? "",
    supernet: spec.supernet,
    tags: (labels.tags ?? []).join(", "),
    notes: labels.notes ?? "",
    priority: labels.priority && labels.priority !== 1 ? String(labels.priority) : "",
    objectives: spec.objectives.map(({ metric, goal, reference }: Objective) => ({ metric, goal, reference: textOf(reference) })),
    constraints: (spec.constraints ?? []).map(({ metric, min, max }: Constraint) => ({ metric, min: textOf(min), max: textOf(max) })),
    evaluators: Object.fromEntries(Object.keys(metrics).map((metric) => [metric, chosenOf(metrics[metric]!, "evaluator", entryOf(metric))])),
    workerTags: Object.fromEntries(Object.entries(metrics).map(([metric, { tags }]) => [metric, Array.isArray(tags) ? tags.join(", ") : ""])),
    algorithm: chosenOf(spec.algorithm, "name", catalog.algorithms.find(({ name }) => name === spec.algorithm.name)),
    trials: textOf(spec.budget?.trials),
    minutes: spec.budget?.seconds ? String(spec.budget.seconds / 60) : "",
    seed: textOf(spec.seed),
    inFlight: spec.in_flight === 16 ? "" : textOf(spec.in_flight),
    baselines: spec.baselines ?? true,
    finalTest: spec.final_test ?? true,
    precisions: spec.precisions ?? [],
    weightSchemes: spec.weight_schemes ?? [],
    latencyModel: spec.latency_model ?? "",
    retries: spec.retries?.max === RETRIES.max ? "" : textOf(spec.retries?.max),
    retryOn: spec.retries?.on ?? RETRIES.on,
    fixed: Object.entries(spec.fixed ?? {}).map(([gene, value]) => ({ gene, value: valueText(value) })),
    seedStudies: seedStudiesOf(spec),
    rest: configs.length && !seedStudiesOf(spec).length ? { ...rest, seeds: { configs } } : rest,
  };
}
