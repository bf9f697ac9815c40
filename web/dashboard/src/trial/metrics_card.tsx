// What was measured of a trial: each number with how sure it is, where it is from and on which machine.
import type { Measurement, Objective, Trial } from "../app/model";
import { formatMetric, metricLabel } from "../parts/format";
import { formatSpread } from "./numbers";

interface MetricsCardProps {
  trial: Trial;
  objectives: Objective[];
}

/** Objectives first, in the study's order, then the rest by name. */
export function metricsInOrder(trial: Trial, objectives: Objective[]): string[] {
  const wanted = objectives.map(({ metric }) => metric).filter((metric) => trial.metrics[metric]);
  return [...wanted, ...Object.keys(trial.metrics).filter((metric) => !wanted.includes(metric)).sort()];
}

export function MetricsCard({ trial, objectives }: MetricsCardProps) {
  const goals = new Map(objectives.map(({ metric, goal }) => [metric, goal]));
  const machines = Object.entries(trial.machines ?? {});
  return (
    <section class="card" aria-labelledby="metrics-title">
      <header class="card-head">
        <h2 id="metrics-title">Metrics</h2>
        <span class="muted">± is half of the 95 % confidence interval</span>
      </header>
      {trial.reason && <p class="error notice">{trial.reason}</p>}
      <div class="scroll" role="region" aria-label="Metrics" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" class="right">
                Value
              </th>
              <th scope="col" class="right">
                ±
              </th>
              <th scope="col" class="right">
                Samples
              </th>
              <th scope="col">Source</th>
            </tr>
          </thead>
          <tbody>
            {metricsInOrder(trial, objectives).map((metric) => {
              const measured = trial.metrics[metric]!;
              return (
                <tr key={metric}>
                  <th scope="row">
                    {metricLabel(metric)}{" "}
                    {goals.has(metric) && <span class="tag">{goals.get(metric) === "maximize" ? "objective, high" : "objective, low"}</span>}
                  </th>
                  <td class="right">
                    <strong>{formatMetric(metric, measured.value)}</strong>
                  </td>
                  <td class="right">{measured.spread > 0 ? formatSpread(metric, measured.spread) : "–"}</td>
                  <td class="right">{measured.samples > 0 ? measured.samples.toLocaleString() : "–"}</td>
                  <td>{sourceOf(measured, machines)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {machines.length > 0 && (
        <dl class="facts machines">
          {machines.map(([id, text], at) => (
            <>
              <dt>
                <abbr title={id}>machine{machines.length > 1 ? ` ${at + 1}` : ""}</abbr>
              </dt>
              <dd class="muted">{text}</dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}

function sourceOf(measured: Measurement, machines: [string, string][]) {
  const at = machines.findIndex(([id]) => id === measured.fingerprint);
  const machine = at >= 0 && machines.length > 1 ? ` on machine ${at + 1}` : "";
  return (
    <span class={`source ${measured.source}`}>
      {measured.source}
      {machine}
    </span>
  );
}
