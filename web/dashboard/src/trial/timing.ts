// What is drawn of the times of a network's operators: bars of its blocks, dots and roofs of the roofline. Pure; tested by
// tests/web/network_model_test.mjs.
import type { NetworkOperator } from "../../generated/openapi";

const MOST_KINDS = 7; // the rest is "other": more colours cannot be told apart

interface Bars {
  blocks: string[];
  kinds: string[];
  ms: number[][]; // [kind][block]
}

/** Conversions are a kind of their own: they are what a mix of precisions costs. */
export function barsOf(operators: NetworkOperator[]): Bars {
  const blocks: string[] = [];
  const sums = new Map<string, Map<string, number>>();
  const add = (kind: string, block: string, ms: number) => {
    const row = sums.get(kind) ?? new Map<string, number>();
    sums.set(kind, row.set(block, (row.get(block) ?? 0) + ms));
  };
  for (const operator of operators) {
    const block = operator.block ?? operator.name;
    for (const step of operator.steps) {
      if (step.time_ms === undefined) continue;
      if (!blocks.includes(block)) blocks.push(block);
      add(step.reorder ? "conversion" : operator.kind.replaceAll("_", " "), block, step.time_ms);
    }
  }
  const total = (row: Map<string, number>) => [...row.values()].reduce((sum, ms) => sum + ms, 0);
  const ordered = [...sums].sort(([, a], [, b]) => total(b) - total(a));
  const shown = ordered.length > MOST_KINDS ? ordered.slice(0, MOST_KINDS - 1) : ordered;
  const kinds = shown.map(([kind]) => kind);
  const ms = shown.map(([, row]) => blocks.map((block) => row.get(block) ?? 0));
  const rest = ordered.slice(shown.length);
  if (rest.length) {
    kinds.push("other");
    ms.push(blocks.map((block) => rest.reduce((sum, [, row]) => sum + (row.get(block) ?? 0), 0)));
  }
  return { blocks, kinds, ms };
}

export interface Dot {
  value: [number, number];
  operator: NetworkOperator;
}

/** GMAC/s against MACs per byte, of the operators that multiply. */
export function dotsOf(operators: NetworkOperator[]): Dot[] {
  return operators.flatMap((operator) => {
    const { macs, moved_bytes: bytes, time_ms: ms } = operator;
    return macs > 0 && bytes > 0 && ms !== null && ms > 0 ? [{ value: [macs / bytes, macs / ms / 1e6] as [number, number], operator }] : [];
  });
}

/** The roof of a precision over intensities: memory's slope up to the ridge, then level. */
export function roofOf(peak: number, bytesPerMs: number, from: number, to: number): [number, number][] {
  const ridge = peak / bytesPerMs;
  const at = (intensity: number): [number, number] => [intensity, Math.min(peak, intensity * bytesPerMs) / 1e6];
  return ridge > from && ridge < to ? [at(from), at(ridge), at(to)] : [at(from), at(to)];
}
