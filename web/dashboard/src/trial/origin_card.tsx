// How a trial came to be: who proposed it, from which parents, and what was expected of it.
import type { Trial } from "../app/model";
import { link } from "../app/router";
import { formatMetric, metricLabel } from "../parts/format";

const HOW: Record<string, string> = {
  seed: "a network that the study was given to begin with",
  enqueued: "a network that somebody asked for",
  random: "drawn at random",
};

export function OriginCard({ study, trial }: { study: string; trial: Trial }) {
  const { how, parents = [], predicted = {}, baseline, ...more } = trial.origin;
  const source = (more as Record<string, unknown>).study;
  return (
    <section class="card" aria-labelledby="origin-title">
      <header class="card-head">
        <h2 id="origin-title">Origin</h2>
      </header>
      <dl class="facts">
        <dt>made by</dt>
        <dd>
          <strong>{how}</strong> <span class="muted">{HOW[how] ?? ""}</span>
        </dd>
        {baseline && (
          <>
            <dt>baseline</dt>
            <dd>{baseline}</dd>
          </>
        )}
        {typeof source === "string" && (
          <>
            <dt>of the front of</dt>
            <dd>
              <a href={link(["studies", source])}>{source}</a>
            </dd>
          </>
        )}
        <dt>parents</dt>
        <dd>
          {parents.length === 0
            ? "none"
            : parents.map((parent, at) => (
                <>
                  {at > 0 && ", "}
                  <a href={link(["studies", study, "trials", parent])}>trial {parent}</a>
                </>
              ))}
          {parents.length > 0 && (
            <>
              {" · "}
              <a href={link(["compare"], { a: `${study}:${parents[0]}`, b: `${study}:${trial.number}` })}>compare with trial {parents[0]}</a>
            </>
          )}
        </dd>
      </dl>
      {Object.keys(predicted).length > 0 && (
        <table class="predicted">
          <thead>
            <tr>
              <th scope="col">Expected</th>
              <th scope="col" class="right">
                before
              </th>
              <th scope="col" class="right">
                measured
              </th>
              <th scope="col" class="right">
                off by
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(predicted).map(([metric, expected]) => {
              const measured = trial.metrics[metric]?.value;
              return (
                <tr key={metric}>
                  <th scope="row">{metricLabel(metric)}</th>
                  <td class="right">{formatMetric(metric, expected)}</td>
                  <td class="right">{measured === undefined ? "–" : formatMetric(metric, measured)}</td>
                  <td class="right">{measured ? `${(100 * (expected / measured - 1)).toFixed(1)} %` : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
