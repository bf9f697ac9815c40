// One study, live: progress, front, hypervolume, trials. Everything on it is folded from the study's event stream.
import { useEffect, useState } from "preact/hooks";
import { actOnStudy, getStudy, type Verb } from "../app/api";
import { type Connection, followStudy } from "../app/follow";
import type { Study } from "../app/model";
import { useMayChange } from "../app/session";
import { useTheme } from "../app/theme";
import { ErrorBox } from "../parts/error_box";
import { formatDuration, formatMetric, metricLabel } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { Decide } from "./decide";
import { FrontChart } from "./front_chart";
import { HypervolumeChart } from "./hypervolume_chart";
import { emptyView, reduce, type StudyView } from "./reduce";
import { TrialTable } from "./trial_table";
import "./study.css";

function share(study: Study, view: StudyView): number {
  if (view.searchEnded) return 1;
  const { trials, seconds } = study.progress.budget;
  return Math.min(1, Math.max(view.finished / trials, seconds ? view.elapsed / seconds : 0));
}

function eta(study: Study, view: StudyView): string {
  if (view.searchEnded || view.finished === 0) return "";
  const { trials, seconds } = study.progress.budget;
  let left = (view.elapsed / view.finished) * (trials - view.finished);
  if (seconds) left = Math.min(left, seconds - view.elapsed);
  return formatDuration(left);
}

function phase(view: StudyView): string {
  if (view.state === "running" && view.searchEnded) return `measuring the front on the test set, ${view.tested} done`;
  if (view.state === "failed") return view.reason;
  return view.searchEnded ? view.reason : "";
}

// What a user may do in each state; the server has the last word.
const VERBS: Record<string, [Verb, string][]> = {
  draft: [["resume", "Start"]],
  queued: [["pause", "Pause"], ["stop", "Stop search"]],
  running: [["pause", "Pause"], ["stop", "Stop search"]],
  pausing: [["resume", "Resume"], ["stop", "Stop search"]],
  paused: [["resume", "Resume"], ["stop", "Stop search"]],
};

interface TileProps {
  label: string;
  value: string;
  note?: string;
}

function Tile({ label, value, note }: TileProps) {
  return (
    <div class="tile">
      <span class="muted">{label}</span>
      <strong>{value}</strong>
      {note && <span class="muted">{note}</span>}
    </div>
  );
}

export function StudyPage({ id }: { id: string }) {
  const [study, setStudy] = useState<Study | null>(null);
  const [view, setView] = useState<StudyView>(emptyView);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [error, setError] = useState<Error | null>(null);
  const [refused, setRefused] = useState<Error | null>(null);
  const mayChange = useMayChange();
  const [selected, setSelected] = useState<number | null>(null);
  const theme = useTheme();

  useEffect(() => {
    setStudy(null);
    setView(emptyView());
    getStudy(id).then(setStudy, setError);
    return followStudy(id, (events) => setView((before) => reduce(before, events)), setConnection);
  }, [id]);

  if (error) return <ErrorBox error={error} />;
  if (!study) return <p class="notice">Loading study…</p>;

  const objectives = study.spec.objectives;
  const done = share(study, view);
  const members = view.trials.filter((trial) => trial && view.front.has(trial.number));
  const running = view.state === "running" && !view.searchEnded;
  return (
    <>
      <PageHead
        title={study.name}
        back={["#/studies", "Studies"]}
        note={`${study.spec.supernet} · ${study.spec.algorithm.name} · seed ${study.spec.seed}`}
      >
        {connection === "lost" && <span class="pill lost">connection lost, trying again</span>}
        <span class={`pill ${view.state}`} data-testid="state">
          {view.state}
        </span>
        {mayChange &&
          !view.searchEnded &&
          (VERBS[view.state] ?? []).map(([verb, label]) => (
            <button key={verb} type="button" onClick={() => actOnStudy(id, verb).then(() => setRefused(null), setRefused)}>
              {label}
            </button>
          ))}
      </PageHead>

      <ErrorBox error={refused} />
      <section class="progress" aria-label="Progress">
        <progress value={done} max={1} aria-label="Share of the budget spent" />
        <span data-testid="trials">
          {view.finished} of {study.progress.budget.trials} trials
        </span>
        <span>{view.elapsed > 0 && `${(view.finished / view.elapsed).toFixed(2)} trials/s`}</span>
        <span>{formatDuration(view.elapsed)} elapsed</span>
        {running && eta(study, view) && <span>{eta(study, view)} left</span>}
        <span class="muted">{phase(view)}</span>
      </section>

      <section class="tiles" aria-label="Best so far">
        {objectives.map(({ metric, goal }) => {
          const values = members.flatMap((trial) => trial.metrics[metric]?.value ?? []);
          const best = values.length ? (goal === "maximize" ? Math.max(...values) : Math.min(...values)) : null;
          return (
            <Tile
              key={metric}
              label={`${goal === "maximize" ? "Highest" : "Lowest"} ${metricLabel(metric).toLowerCase()}`}
              value={best === null ? "–" : formatMetric(metric, best)}
            />
          );
        })}
        <Tile label="On the front" value={String(view.front.size)} />
      </section>

      <div class="charts">
        <FrontChart view={view} objectives={objectives} theme={theme} selected={selected} onSelect={setSelected} />
        <HypervolumeChart view={view} theme={theme} />
      </div>
      {view.front.size > 0 && <Decide id={id} objectives={objectives} version={[...view.front].join(",")} onSelect={setSelected} />}
      <TrialTable view={view} objectives={objectives} selected={selected} onSelect={setSelected} />
    </>
  );
}
