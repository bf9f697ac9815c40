// Large and small numbers as people read them.
import { inUnit, metricUnit, threeDigits } from "../parts/format";

/** 1234567 -> "1.23 M" */
export function shortCount(count: number): string {
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) if (Math.abs(count) >= size) return `${threeDigits(count / size)} ${unit}`;
  return threeDigits(count);
}

/** 0.0123 -> "12.3 µs" */
export function formatMs(ms: number): string {
  if (ms >= 1) return `${threeDigits(ms)} ms`;
  return `${threeDigits(ms * 1000)} µs`;
}

/** Half an interval, to two digits: it says how far the value is to be trusted, however small it is. */
export function formatSpread(metric: string, spread: number): string {
  const unit = metricUnit(metric);
  return `${Number(inUnit(metric, spread).toPrecision(2))}${unit ? ` ${unit}` : ""}`;
}
