// One trial: its metrics with their spread and where they are from, and how it was proposed.
import { get, studyPath } from "../app/api";
import type { Trial } from "../app/model";
import { link } from "../app/router";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, metricLabel } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { PolicyLegend, PolicyStrip } from "../parts/policy_strip";
import "./trial.css";

// Trials are numbered from 0 and listed by number: the one asked for is the first after the page before it.
async function findTrial(study: string, number: number): Promise<Trial | undefined> {
  const { items } = await get<{ items: Trial[] }>(studyPath(study, `/trials?page_size=1${number > 0 ? `&page_token=${number - 1}` : ""}`));
  return items.find((trial) => trial.number === number);
}

export function TrialPage({ study, number }: { study: string; number: number }) {
  const { value: trial, error } = useAnswer(() => findTrial(study, number), [study, number]);
  return (
    <>
      <PageHead title={`Trial ${number}`} back={[link(["studies", study]), "Study"]} note={trial?.origin.how} />
      <ErrorBox error={error} />
      {trial && (
        <section class="card" aria-label="Metrics">
          <dl class="facts">
            {Object.entries(trial.metrics).map(([metric, { value, spread, source }]) => (
              <>
                <dt>{metricLabel(metric)}</dt>
                <dd>
                  {formatMetric(metric, value)} {spread > 0 && `± ${formatMetric(metric, spread)}`} <span class="muted">{source}</span>
                </dd>
              </>
            ))}
          </dl>
          <p>
            <PolicyStrip policy={trial.policy} /> <PolicyLegend />
          </p>
        </section>
      )}
    </>
  );
}
