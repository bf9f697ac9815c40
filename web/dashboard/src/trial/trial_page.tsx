// One trial: what was measured and how sure that is, where it comes from, the network itself with the time of its operators, and the forms in which it
// is taken away.
import { useEffect, useState } from "preact/hooks";
import { get, getStudy, studyPath } from "../app/api";
import type { Trial, TrialNetwork } from "../app/model";
import { link, useQuery } from "../app/router";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { plain } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { ExportCard } from "./export_card";
import { LatencyCard } from "./latency_card";
import { MetricsCard } from "./metrics_card";
import { NetworkView } from "./network_view";
import { NotesCard } from "./notes_card";
import { OperatorCard } from "./operator_card";
import { OriginCard } from "./origin_card";
import { RooflineChart } from "./roofline_chart";
import { TimesChart } from "./times_chart";
import "./trial.css";

const ENDED = ["succeeded", "infeasible", "failed", "expired", "cancelled"];
const OPEN_MS = 2000; // how often a trial that has not ended is asked for

export function TrialPage({ study: id, number }: { study: string; number: number }) {
  const [pace, setPace] = useState(0);
  const { value: study, error: studyError } = useAnswer(() => getStudy(id), [id]);
  const { value: trial, error } = useAnswer(() => get<Trial>(studyPath(id, `/trials/${number}`)), [id, number], pace);
  const ended = trial !== null && ENDED.includes(trial.state);
  useEffect(() => setPace(trial && !ended ? OPEN_MS : 0), [trial, ended]);
  if (studyError || error) return <ErrorBox error={studyError ?? error} />;
  if (!study || !trial) return <p class="notice">Loading trial…</p>;
  const last = study.progress.budget.trials - 1;
  const latency = Object.entries(trial.metrics).find(([metric]) => plain(metric) === "latency_ms")?.[1];
  return (
    <>
      <PageHead
        title={trial.origin.baseline ? `Trial ${number}: ${trial.origin.baseline}` : `Trial ${number}`}
        back={[link(["studies", id]), study.name]}
        note={study.spec.supernet}
      >
        {trial.on_front && <span class="pill">on the front</span>}
        <span class={`pill ${trial.state === "succeeded" ? "completed" : trial.state === "failed" ? "failed" : "plain"}`}>{trial.state}</span>
        {number > 0 && (
          <a class="button" href={link(["studies", id, "trials", number - 1])}>
            ← {number - 1}
          </a>
        )}
        {number < last && (
          <a class="button" href={link(["studies", id, "trials", number + 1])}>
            {number + 1} →
          </a>
        )}
        <a class="button" href={link(["compare"], { a: `${id}:${number}` })}>
          Compare with…
        </a>
      </PageHead>
      <div class="trial-head">
        <MetricsCard trial={trial} objectives={study.spec.objectives} />
        <div class="column">
          <OriginCard study={id} trial={trial} />
          <NotesCard study={id} trial={trial} />
        </div>
      </div>
      <NetworkPart study={id} number={number} measuredMs={latency?.value ?? null} />
      <div class="trial-foot">
        {latency && latency.source === "measured" && <LatencyCard latency={latency} />}
        <ExportCard study={id} number={number} />
      </div>
    </>
  );
}

function NetworkPart({ study, number, measuredMs }: { study: string; number: number; measuredMs: number | null }) {
  const { value: network, error, again } = useAnswer(() => get<TrialNetwork>(studyPath(study, `/trials/${number}/network`)), [study, number]);
  const [phaseName, setPhaseName] = useQuery("phase");
  const [selected, setSelected] = useQuery("operator");
  if (error) return <ErrorBox error={error} />;
  if (!network) return <section class="card network-wait muted">Reading the network…</section>;
  const phase = network.phases.find(({ name }) => name === phaseName) ?? network.phases[0]!;
  const operator = phase.operators.find(({ name }) => name === selected);
  return (
    <>
      {network.phases.length > 1 && (
        <div class="actions" role="group" aria-label="Phase">
          {network.phases.map(({ name, repetitions, rows }) => (
            <button key={name} type="button" aria-pressed={name === phase.name} onClick={() => setPhaseName(name)}>
              {name} <span class="muted">{`${repetitions} × ${rows} rows`}</span>
            </button>
          ))}
        </div>
      )}
      <NetworkView
        title={network.phases.length > 1 ? `Network, ${phase.name}` : "Network"}
        note={phase.rows > 1 ? `MACs and times of ${phase.rows} inputs at once` : ""}
        phase={phase}
        selected={selected || null}
        onSelect={(name) => setSelected(name ?? "")}
      />
      {operator && <OperatorCard operator={operator} operators={phase.operators} onClose={() => setSelected("")} />}
      {phase.failure && <ErrorBox error={`This machine cannot compile the network: ${phase.failure}`} />}
      {phase.sum_ms === null ? (
        !phase.failure && (
          <p class="card notice muted" data-testid="no-times">
            The time of each operator is not known: {network.no_times}.
          </p>
        )
      ) : (
        <div class="trial-charts">
          <TimesChart phase={phase} measuredMs={network.phases.length === 1 ? measuredMs : null} />
          <RooflineChart phase={phase} peaks={network.peaks} threads={network.threads} onMeasured={again} />
        </div>
      )}
    </>
  );
}
