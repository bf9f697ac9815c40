// Every trial with its metrics, its genes and its policy; one row opens to the whole configuration.
import { useMemo, useState } from "preact/hooks";
import type { ConfigValue, Objective, Trial } from "../app/model";
import { formatMetric, metricLabel } from "../parts/format";
import { PolicyLegend, PolicyStrip } from "../parts/policy_strip";
import type { StudyView } from "./reduce";

const ROWS_AT_FIRST = 50;

// The genes that shape the network: numbers and lists of numbers, a list cut to the depth that lives.
function shapeOf(config: Record<string, ConfigValue>): string {
  const depth = typeof config.depth === "number" ? config.depth : undefined;
  return Object.entries(config)
    .filter(([, value]) => typeof value === "number" || (Array.isArray(value) && typeof value[0] === "number"))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.slice(0, depth).join("·") : value}`)
    .join("  ");
}

function Detail({ trial }: { trial: Trial }) {
  return (
    <div class="detail">
      <dl>
        <dt>proposed by</dt>
        <dd>
          {trial.origin.baseline ? `baseline: ${trial.origin.baseline}` : trial.origin.how}
          {trial.origin.parents?.length ? ` of trials ${trial.origin.parents.join(" and ")}` : ""}
        </dd>
        {Object.entries(trial.metrics).map(([metric, m]) => (
          <>
            <dt>{metricLabel(metric)}</dt>
            <dd>
              {formatMetric(metric, m.value)}
              {m.spread > 0 && ` ± ${formatMetric(metric, m.spread)}`}{" "}
              <span class="muted">
                {m.source}
                {m.samples > 1 && `, ${m.samples.toLocaleString()} samples`}
                {m.detail?.disturbed === 1 && ", on a disturbed machine"}
                {trial.origin.predicted?.[metric] !== undefined && `, predicted ${formatMetric(metric, trial.origin.predicted[metric]!)}`}
              </span>
            </dd>
          </>
        ))}
        {trial.reason && (
          <>
            <dt>reason</dt>
            <dd>{trial.reason}</dd>
          </>
        )}
      </dl>
      <div>
        <h3>Policy</h3>
        <ul class="policy">
          {Object.entries(trial.policy).map(([name, precision]) => (
            <li key={name}>
              <i class={`p-${precision}`} /> {name} <span class="muted">{precision}</span>
            </li>
          ))}
        </ul>
        <h3>Configuration</h3>
        <pre>{JSON.stringify(trial.config)}</pre>
      </div>
    </div>
  );
}

interface TrialTableProps {
  view: StudyView;
  objectives: Objective[];
  selected: number | null;
  onSelect: (trial: number | null) => void;
}

export function TrialTable({ view, objectives, selected, onSelect }: TrialTableProps) {
  const [sort, setSort] = useState<{ by: string; descending: boolean }>({ by: "number", descending: true });
  const [frontOnly, setFrontOnly] = useState(false);
  const [limit, setLimit] = useState(ROWS_AT_FIRST);

  const metrics = objectives.map(({ metric }) => metric);
  const tested = view.trials.some((trial) => trial?.metrics.test_accuracy);
  const columns = tested && metrics.includes("accuracy") ? metrics.flatMap((m) => (m === "accuracy" ? [m, "test_accuracy"] : [m])) : metrics;

  const rows = useMemo(() => {
    const valueOf = (trial: Trial) => (sort.by === "number" ? trial.number : trial.metrics[sort.by]?.value);
    return view.trials
      .filter((trial) => trial && (!frontOnly || view.front.has(trial.number)))
      .sort((a, b) => {
        const [left, right] = [valueOf(a), valueOf(b)];
        if (left === undefined || right === undefined) return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0);
        return sort.descending ? right - left : left - right;
      });
  }, [view, sort, frontOnly]);

  const heading = (by: string, label: string) => (
    <th aria-sort={sort.by === by ? (sort.descending ? "descending" : "ascending") : "none"} class={by === "number" ? "" : "right"}>
      <button type="button" onClick={() => setSort({ by, descending: sort.by === by ? !sort.descending : true })}>
        {label}
        <span aria-hidden="true">{sort.by === by ? (sort.descending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );

  return (
    <section class="card trials" aria-labelledby="trials-title">
      <header class="card-head">
        <h2 id="trials-title">Trials</h2>
        <PolicyLegend />
        <span class="spacer" />
        <label class="field">
          <input type="checkbox" checked={frontOnly} onChange={(event) => setFrontOnly(event.currentTarget.checked)} /> front only
        </label>
      </header>
      <div class="scroll" role="group" aria-label="Trials" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {heading("number", "Trial")}
              {columns.map((metric) => heading(metric, metricLabel(metric)))}
              <th>Policy</th>
              <th>Genes</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, limit).map((trial) => (
              <>
                <tr
                  key={trial.number}
                  class={`${trial.number === selected ? "selected" : ""} ${view.front.has(trial.number) ? "on-front" : ""}`}
                  onClick={() => onSelect(trial.number === selected ? null : trial.number)}
                >
                  <td>
                    <button type="button" class="number" aria-expanded={trial.number === selected}>
                      {trial.number}
                    </button>
                    {view.front.has(trial.number) && <span class="star" title="on the front" aria-label="on the front">●</span>}
                    {trial.origin.baseline && <span class="tag">{trial.origin.baseline}</span>}
                  </td>
                  {columns.map((metric) => (
                    <td key={metric} class="right" title={trial.metrics[metric]?.source === "predicted" ? "predicted, not measured" : undefined}>
                      {trial.metrics[metric]?.source === "predicted" && "≈ "}
                      {trial.metrics[metric] ? formatMetric(metric, trial.metrics[metric]!.value) : "–"}
                    </td>
                  ))}
                  <td>
                    <PolicyStrip policy={trial.policy} />
                  </td>
                  <td class="genes">{shapeOf(trial.config)}</td>
                  <td class={`state-${trial.state}`}>{trial.state}</td>
                </tr>
                {trial.number === selected && (
                  <tr class="opened">
                    <td colSpan={columns.length + 4}>
                      <Detail trial={trial} />
                    </td>
                  </tr>
                )}
              </>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p class="empty">No trial yet. The first ones are the supernet's baselines.</p>}
      {rows.length > limit && (
        <button type="button" class="more" onClick={() => setLimit(limit * 4)}>
          Show more of {rows.length} trials
        </button>
      )}
    </section>
  );
}
