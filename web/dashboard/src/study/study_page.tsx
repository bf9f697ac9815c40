// One study, live: how far it is, what may be done, and its views as tabs, each with an address. Charts of any size come summed up by the server; what
// happens while the page is open comes by events and is folded in.
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Study } from "../app/model";
import { changeQuery, useQuery, useRoute } from "../app/router";
import { useMayChange } from "../app/session";
import { ErrorBox } from "../parts/error_box";
import { formatDuration, formatMetric, metricLabel } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { ActivityTab } from "./activity_tab";
import { Controls } from "./controls";
import { Decide } from "./decide";
import { Filters } from "./filters";
import { GenesTab } from "./genes_tab";
import { BestChart, HypervolumeChart } from "./history_charts";
import { insight, type Points, type StudyHistory } from "./insight";
import { useKept } from "./keep";
import { useLiveStudy } from "./live";
import { ParetoChart } from "./pareto_chart";
import { PredictionsTab } from "./predictions_tab";
import { pace, secondsLeft, type StudyView, withFresh } from "./reduce";
import { SpreadTab } from "./spread_tab";
import { StripTab } from "./strip_tab";
import { TrialList } from "./trial_list";
import { Waiting } from "./waiting";
import { parseWhere, type Ranges, rowsWithin, whereText } from "./where";
import "./study.css";

const TABS = [
  ["front", "Front"],
  ["genes", "Genes"],
  ["policies", "Policies"],
  ["predictions", "Predictions"],
  ["spread", "Spread"],
  ["activity", "Activity"],
] as const;

const FILTERED = new Set(["front", "genes", "policies", "spread"]);

// So much must have happened since until a tab asks the server again: a tenth, and a few hundred trials fold in meanwhile.
const GROWTH = 1.25;
const MOST_FRESH = 400;
const MOST_DOTS = 3000; // besides the front

function Progress({ view, budget }: { view: StudyView; budget: { trials: number; seconds?: number } }) {
  const left = secondsLeft(view, budget);
  const done = view.searchEnded ? 1 : Math.min(1, Math.max(view.finished / Math.max(budget.trials, 1), budget.seconds ? view.elapsed / budget.seconds : 0));
  const speed = pace(view);
  const end = left === null ? "" : new Date(Date.now() + left * 1000).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const phase = view.state === "running" && view.searchEnded ? `measuring the front on the test set, ${view.tested} done` : view.reason;
  return (
    <section class="progress" aria-label="Progress">
      <progress value={done} max={1} aria-label="Share of the budget spent" />
      <span data-testid="trials">
        {view.finished.toLocaleString("en")} of {budget.trials.toLocaleString("en")} trials
      </span>
      <span>{speed > 0 && `${speed >= 10 ? speed.toFixed(0) : speed.toFixed(2)} trials/s`}</span>
      <span>{formatDuration(view.elapsed)} elapsed</span>
      {left !== null && (
        <span>
          {formatDuration(left)} left, until {end}
        </span>
      )}
      <span class="muted">{phase}</span>
    </section>
  );
}

function Tiles({ study, view, members }: { study: Study; view: StudyView; members: number | null }) {
  const best = view.history.at(-1)?.best ?? {};
  const failed = (view.states.failed ?? 0) + (view.states.expired ?? 0);
  return (
    <section class="tiles" aria-label="Best so far">
      {study.spec.objectives.map(({ metric, goal }) => (
        <div key={metric} class="tile">
          <span class="muted">
            {goal === "maximize" ? "Highest" : "Lowest"} {metricLabel(metric).toLowerCase()}
          </span>
          <strong>{typeof best[metric] === "number" ? formatMetric(metric, best[metric]) : "–"}</strong>
        </div>
      ))}
      <div class="tile">
        <span class="muted">On the front</span>
        <strong data-testid="members">{members === null ? "–" : members.toLocaleString("en")}</strong>
      </div>
      <div class="tile">
        <span class="muted">Infeasible, failed</span>
        <strong>
          {(view.states.infeasible ?? 0).toLocaleString("en")}, {failed.toLocaleString("en")}
        </strong>
      </div>
    </section>
  );
}

// By what the address says; what it leaves out is the server's to choose, as the page would.
function askPoints(id: string, query: URLSearchParams, genomes: boolean): Promise<Points> {
  const axis = (name: string) => query.get(name) ?? undefined;
  return insight<Points>(id, "points", { x: axis("x"), y: axis("y"), z: axis("z"), limit: MOST_DOTS, genomes });
}

export function StudyPage({ id }: { id: string }) {
  const { query } = useRoute();
  // Asked for beside the study itself, not after it.
  const first = useMemo(() => {
    const points = askPoints(id, query, query.get("tab") === "genes");
    points.catch(() => {}); // whoever awaits it says so
    return points;
  }, [id]);
  const live = useLiveStudy(id);
  const { study, view, turn, connection, error } = live;
  // One that has ended is followed no longer, until somebody has it go on.
  const acted = () => connection === "ended" && live.again();
  if (!study) return error ? <ErrorBox error={error} /> : <p class="notice">Loading study…</p>;
  return <Views id={id} study={study} view={view} turn={turn} lost={connection === "lost" || error !== null} settled={live.settled} acted={acted} first={first} />;
}

interface ViewsProps {
  id: string;
  study: Study;
  view: StudyView;
  turn: number;
  lost: boolean;
  settled: (sequence: number) => void;
  acted: () => void;
  first: Promise<Points>;
}

/** Grows when enough is new: at first, by quarters, when the study comes to rest, and with each turn of the view. */
function useStage(view: StudyView, turn: number): number {
  const stage = useRef({ number: 0, finished: view.finished, state: view.state, turn });
  const now = stage.current;
  const rests = view.state !== now.state && view.state !== "running";
  const grown = view.finished > Math.max(now.finished * GROWTH, now.finished + 50);
  if (rests || grown || turn !== now.turn) stage.current = { number: now.number + 1, finished: view.finished, state: view.state, turn };
  else if (view.state !== now.state) stage.current = { ...now, state: view.state };
  return stage.current.number;
}

function Views({ id, study, view, turn, lost, settled, acted, first }: ViewsProps) {
  const mayChange = useMayChange();
  const route = useRoute();
  const tab = route.query.get("tab") ?? "front";
  // What a study wants never changes, however often its document is asked for: what depends on it does not begin anew.
  const objectives = useMemo(() => study.spec.objectives, [study.id]);
  const constraints = useMemo(() => study.spec.constraints ?? [], [study.id]);
  const [x] = useQuery("x", (objectives[1] ?? objectives[0]!).metric);
  const [y] = useQuery("y", objectives[0]!.metric);
  const [z] = useQuery("z");
  const [where] = useQuery("where");
  const ranges = useMemo(() => parseWhere(where), [where]);
  const stage = useStage(view, turn);
  const crowd = Math.floor(view.finished / MOST_FRESH);

  // Genomes come along when a chart asks for them.
  const withGenes = tab === "genes";
  const unused = useRef<Promise<Points> | null>(first);
  const ask = () => {
    const asked = unused.current ?? askPoints(id, route.query, withGenes);
    unused.current = null;
    return asked;
  };
  const base = useKept(ask, [id, x, y, z, stage, crowd, withGenes]);
  // A study that was opened before its reference was fixed asks for it once it can be.
  const unfixed = view.reference === null && view.history.length >= 8;
  const summed = useKept(() => (unfixed ? insight<StudyHistory>(id, "history", { limit: 4 }) : Promise.resolve(null)), [id, unfixed && stage]);
  const sequence = base.value?.sequence ?? 0;
  useEffect(() => {
    if (sequence) settled(sequence);
  }, [sequence]);
  const points = useMemo(() => base.value && withFresh(base.value, view), [base.value, view.fresh, view.front]);
  const within = useMemo(() => points && rowsWithin(points.values, points.number.length, ranges), [points, ranges]);
  const members = useMemo(() => (points ? points.front.reduce((sum, on) => sum + on, 0 as number) : null), [points]);
  const metrics = useMemo(() => {
    const named = objectives.map(({ metric }) => metric);
    return [...named, ...Object.keys(points?.values ?? {}).filter((metric) => !named.includes(metric))];
  }, [objectives, points && Object.keys(points.values).join()]);
  const main = useMemo(() => [...new Set([...objectives.map(({ metric }) => metric), ...constraints.map(({ metric }) => metric)])], [study.id]);

  const setRanges = (changed: Ranges) => changeQuery({ where: whereText(changed) });
  const narrow = (changed: Ranges) => setRanges({ ...ranges, ...changed });
  const budget = view.budget ?? study.progress.budget;

  return (
    <>
      <PageHead title={study.name} back={["#/studies", "Studies"]} note={`${study.spec.supernet} · ${study.spec.algorithm.name} · seed ${study.spec.seed}`}>
        {lost && <span class="pill lost">connection lost, trying again</span>}
        <span class={`pill ${view.state}`} data-testid="state">
          {view.state}
        </span>
        {mayChange && <Controls id={id} state={view.state} searchEnded={view.searchEnded} hasClock={typeof budget.seconds === "number"} onActed={acted} />}
      </PageHead>
      <Progress view={view} budget={budget} />
      <Tiles study={study} view={view} members={members} />
      <div class="view-bar">
        <nav class="tabs" aria-label="Views of the study">
          {TABS.map(([name, label]) => (
            <a key={name} href={hrefOf(route.path, route.query, name)} aria-current={tab === name ? "page" : undefined}>
              {label}
            </a>
          ))}
        </nav>
        {FILTERED.has(tab) && <Filters ranges={ranges} metrics={main} onChange={setRanges} />}
      </div>
      <ErrorBox error={lost ? null : base.error} />
      {tab === "front" &&
        (points ? (
          <>
            <div class="charts">
              <ParetoChart
                study={id}
                points={points}
                within={within}
                x={x}
                y={y}
                z={z}
                metrics={metrics}
                objectives={objectives}
                constraints={constraints}
                onAxis={(axis, metric) => changeQuery({ [axis]: metric })}
                onRange={narrow}
              />
              <div class="stack">
                <HypervolumeChart study={study} history={view.history} reference={view.reference ?? summed.value?.reference ?? null} />
                <BestChart study={study} history={view.history} />
              </div>
            </div>
            {(members ?? 0) > 0 && <Decide id={id} objectives={objectives} version={String(stage)} onActed={acted} />}
            <TrialList study={id} points={points} within={within} metrics={main} objectives={objectives} />
          </>
        ) : (
          <Waiting height={900} />
        ))}
      {tab === "genes" &&
        (base.value ? (
          <GenesTab id={id} stage={stage} where={where} points={base.value} within={rowsWithin(base.value.values, base.value.number.length, ranges)} ranges={ranges} metrics={main} objectives={objectives} onRange={narrow} />
        ) : (
          <Waiting height={900} />
        ))}
      {tab === "policies" && <StripTab id={id} stage={stage} objectives={objectives} metrics={main} ranges={ranges} />}
      {tab === "predictions" && <PredictionsTab id={id} stage={stage} objectives={objectives} />}
      {tab === "spread" && <SpreadTab id={id} stage={stage} metrics={main} ranges={ranges} />}
      {tab === "activity" && <ActivityTab id={id} stage={stage} />}
    </>
  );
}

function hrefOf(path: string[], query: URLSearchParams, tab: string): string {
  const changed = new URLSearchParams(query);
  if (tab === "front") changed.delete("tab");
  else changed.set("tab", tab);
  const text = changed.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}
