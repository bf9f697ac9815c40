// What tells two trials apart: metrics, genes, operators. Pure; tested by tests/web/network_model_test.mjs.
import type { NetworkOperator } from "../../generated/openapi";
import type { ConfigValue, Goal, Measurement, Trial } from "../app/model";
import { plain } from "../parts/format";

export type Verdict = "a" | "b" | "equal" | "unknown" | "";

export interface MetricDifference {
  metric: string;
  a: Measurement | undefined;
  b: Measurement | undefined;
  /** Who is better: unknown where the 95 % intervals do not let it be told; empty where no goal is known. */
  verdict: Verdict;
  mixed: boolean; // measured on two machines
}

const GOALS: Record<string, Goal> = { accuracy: "maximize", test_accuracy: "maximize", latency_ms: "minimize", macs: "minimize", params: "minimize", model_size_bytes: "minimize" };

export function verdictOf(metric: string, a: Measurement | undefined, b: Measurement | undefined, goals: Map<string, Goal>): Verdict {
  if (!a || !b) return "";
  if (a.value === b.value) return "equal";
  if (Math.abs(a.value - b.value) <= Math.hypot(a.spread, b.spread)) return "unknown";
  const goal = goals.get(metric) ?? GOALS[plain(metric)];
  if (!goal) return "";
  return a.value > b.value === (goal === "maximize") ? "a" : "b";
}

export function metricDifferences(metrics: string[], a: Trial, b: Trial, goals: Map<string, Goal>): MetricDifference[] {
  return metrics.map((metric) => {
    const [left, right] = [a.metrics[metric], b.metrics[metric]];
    const mixed = Boolean(left?.fingerprint && right?.fingerprint && left.fingerprint !== right.fingerprint);
    return { metric, a: left, b: right, verdict: mixed ? "unknown" : verdictOf(metric, left, right, goals), mixed };
  });
}

export interface GeneDifference {
  gene: string; // a member of a list by itself: "heads[2]"
  a: string;
  b: string;
  differs: boolean;
}

function members(config: Record<string, ConfigValue>): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of Object.entries(config)) {
    if (Array.isArray(value)) value.forEach((each, at) => all.set(`${name}[${at}]`, String(each)));
    else all.set(name, String(value));
  }
  return all;
}

export function geneDifferences(a: Record<string, ConfigValue>, b: Record<string, ConfigValue>): GeneDifference[] {
  const [left, right] = [members(a), members(b)];
  return [...new Set([...left.keys(), ...right.keys()])].map((gene) => {
    const [one, other] = [left.get(gene) ?? "–", right.get(gene) ?? "–"];
    return { gene, a: one, b: other, differs: one !== other };
  });
}

export interface OperatorDifference {
  name: string;
  a: NetworkOperator | undefined;
  b: NetworkOperator | undefined;
  differs: boolean;
  ms: number | null; // b - a, of what is there
}

function alike(a: NetworkOperator, b: NetworkOperator): boolean {
  return (
    a.kind === b.kind &&
    a.precision === b.precision &&
    String(a.output) === String(b.output) &&
    JSON.stringify(a.attributes) === JSON.stringify(b.attributes) &&
    JSON.stringify(a.scheme ?? null) === JSON.stringify(b.scheme ?? null)
  );
}

/** By name, in the order of the first network; what only the second has stands behind its own predecessor. */
export function operatorDifferences(a: NetworkOperator[], b: NetworkOperator[]): OperatorDifference[] {
  const left = new Map(a.map((operator) => [operator.name, operator]));
  const right = new Map(b.map((operator) => [operator.name, operator]));
  const names = a.map(({ name }) => name);
  b.forEach(({ name }, at) => {
    if (left.has(name)) return;
    const before = at > 0 ? names.indexOf(b[at - 1]!.name) : -1;
    names.splice(before + 1, 0, name);
  });
  return names.map((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    const known = (one?.time_ms ?? other?.time_ms ?? null) !== null;
    return { name, a: one, b: other, differs: !one || !other || !alike(one, other), ms: known ? (other?.time_ms ?? 0) - (one?.time_ms ?? 0) : null };
  });
}
