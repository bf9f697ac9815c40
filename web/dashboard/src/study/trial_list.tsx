// The trials that the charts show: the front first of all, those that the filter keeps.
import { useMemo } from "preact/hooks";
import type { Objective } from "../app/model";
import { link, useQuery } from "../app/router";
import { formatMetric, metricLabel } from "../parts/format";
import { formatSpread } from "../trial/numbers";
import { Table } from "../parts/table";
import type { Points } from "./insight";

interface TrialListProps {
  study: string;
  points: Points;
  within: boolean[] | null;
  metrics: string[];
  objectives: Objective[];
}

export function TrialList({ study, points, within, metrics, objectives }: TrialListProps) {
  const [only, setOnly] = useQuery("only", "front");
  const rows = useMemo(
    () => points.number.map((_, row) => row).filter((row) => (!within || within[row]) && (only !== "front" || points.front[row])),
    [points, within, only],
  );
  const columns = [
    {
      key: "number",
      label: "Trial",
      by: (row: number) => points.number[row],
      cell: (row: number) => (
        <a href={link(["studies", study, "trials", points.number[row]!])}>
          {points.number[row]}
          {only !== "front" && points.front[row] === 1 && <span class="star"> on the front</span>}
        </a>
      ),
    },
    ...metrics.map((metric) => ({
      key: metric,
      label: metricLabel(metric),
      right: true,
      by: (row: number) => points.values[metric]?.[row],
      cell: (row: number) => {
        const value = points.values[metric]?.[row];
        const spread = points.spreads[metric]?.[row];
        return (
          <>
            {value === null || value === undefined ? "–" : formatMetric(metric, value)}
            {spread ? <span class="muted"> ± {formatSpread(metric, spread)}</span> : ""}
          </>
        );
      },
    })),
    { key: "kind", label: "Source", by: (row: number) => points.kind[row], cell: (row: number) => (points.feasible[row] ? points.kind[row] : `${points.kind[row]}, infeasible`) },
  ];
  return (
    <section class="card trials" aria-labelledby="trials-title">
      <header class="card-head">
        <h2 id="trials-title">Trials</h2>
        <span class="muted" data-testid="listed">
          {rows.length.toLocaleString("en")} of {points.matching.toLocaleString("en")}
          {only !== "front" && points.number.length < points.matching && ": the front and a sample of the others"}
        </span>
        <span class="spacer" />
        <label class="field">
          <input type="checkbox" checked={only === "front"} onChange={(event) => setOnly(event.currentTarget.checked ? "front" : "all")} /> front only
        </label>
      </header>
      <Table label="Trials" columns={columns} rows={rows} keyOf={(row) => points.number[row]!} sortQuery="by" sortedBy={`${objectives[0]!.goal === "maximize" ? "-" : ""}${objectives[0]!.metric}`} />
    </section>
  );
}
