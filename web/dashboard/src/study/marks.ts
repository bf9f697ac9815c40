// How trials are told apart in every chart: where their numbers come from by shape, the front by colour.
import { formatMetric, metricLabel } from "../parts/format";
import { formatSpread } from "../trial/numbers";
import type { Kind, Points } from "./insight";

export const SYMBOLS: Record<Kind, string> = { measured: "circle", predicted: "emptyDiamond", imported: "triangle", reported: "rect" };

export const KINDS: Kind[] = ["measured", "predicted", "imported", "reported"];

/** What a trial's tooltip says. */
export function describe(points: Points, row: number, metrics: string[]): string {
  const lines = metrics.map((metric) => {
    const value = points.values[metric]?.[row];
    const spread = points.spreads[metric]?.[row];
    return `${metricLabel(metric)}: ${value === null || value === undefined ? "–" : formatMetric(metric, value)}${spread ? ` ± ${formatSpread(metric, spread)}` : ""}`;
  });
  const place = points.front[row] ? "on the front" : points.feasible[row] ? "dominated" : "infeasible";
  return [`Trial ${points.number[row]}, ${place}, ${points.kind[row]}`, ...lines].join("\n");
}
