// Folds a study's events into what the page shows: a pure function, tested on recorded logs. It starts from what the server has summed up (the
// history, as of an event) or from nothing. The server decides who is on the front; nothing here computes dominance.
import type { Measurement, StudyEvent, Trial } from "../app/model";
import type { HistoryColumns, Kind, Points, StudyHistory } from "./insight";

export interface HistoryPoint {
  trials: number;
  elapsed: number; // seconds
  hypervolume: number | null;
  best: Record<string, number | null>; // per objective
}

/** A measured trial that ended after the points were asked for. */
export interface FreshTrial {
  event: number;
  number: number;
  feasible: boolean;
  metrics: Record<string, Measurement>;
}

export interface StudyView {
  state: string;
  reason: string;
  searchEnded: boolean;
  finished: number;
  tested: number;
  elapsed: number; // seconds
  states: Record<string, number>; // finished trials by how they ended
  history: HistoryPoint[];
  reference: Record<string, number> | null; // of the hypervolume, once it is fixed
  fresh: FreshTrial[];
  front: Map<number, { event: number; on: boolean }>; // who joined or left, and by which event
  budget: { trials: number; seconds?: number } | null; // once it was extended
  paces: { finished: number; elapsed: number }[]; // the latest, for the pace of now
  lastEvent: number;
}

export function emptyView(): StudyView {
  return {
    state: "queued",
    reason: "",
    searchEnded: false,
    finished: 0,
    tested: 0,
    elapsed: 0,
    states: {},
    history: [],
    reference: null,
    fresh: [],
    front: new Map(),
    budget: null,
    paces: [],
    lastEvent: 0,
  };
}

export function historyPoints({ trials, elapsed_s, hypervolume, best }: HistoryColumns): HistoryPoint[] {
  return trials.map((count, i) => ({
    trials: count,
    elapsed: elapsed_s[i] ?? 0,
    hypervolume: hypervolume[i] ?? null,
    best: Object.fromEntries(Object.entries(best).map(([metric, values]) => [metric, values[i] ?? null])),
  }));
}

const OPEN = new Set(["queued", "leased", "measuring", "running"]);

/** Where the fold begins on a page that is opened now: what the server has summed up of the events so far. */
export function viewOf(study: { state: string; reason: string }, summed: StudyHistory): StudyView {
  const states = Object.fromEntries(Object.entries(summed.states).filter(([state]) => !OPEN.has(state)));
  const history = historyPoints(summed.history);
  const finished = Object.values(states).reduce((sum, count) => sum + count, 0);
  const elapsed = history.at(-1)?.elapsed ?? 0;
  return { ...emptyView(), ...study, states, history, reference: summed.reference, finished, elapsed, searchEnded: hasEnded(study.state), lastEvent: summed.sequence };
}

export function hasEnded(state: string): boolean {
  return state === "completed" || state === "failed" || state === "cancelled";
}

interface FinishedTrial extends Trial {
  front?: { added: boolean; removed: number[] };
  hypervolume?: number | null;
  elapsed_s: number;
}

interface Confirmed {
  front: { added: number[]; removed: number[] };
  hypervolume: number | null;
}

const MOST_PACES = 64;
const MOST_HISTORY = 4000;

// Every second point; what a line of half as many still shows.
function thinned(history: HistoryPoint[]): HistoryPoint[] {
  return history.filter((_, i) => i % 2 === 1 || i === history.length - 1);
}

/** The view after more events; the old view stays as it was. Events that it has seen change nothing. */
export function reduce(view: StudyView, events: StudyEvent[], goals: Record<string, "minimize" | "maximize"> = {}): StudyView {
  // One copy for the whole batch, however long.
  const next: StudyView = {
    ...view,
    states: { ...view.states },
    history: [...view.history],
    fresh: [...view.fresh],
    front: new Map(view.front),
    paces: [...view.paces],
  };
  for (const event of events) {
    if (event.id <= next.lastEvent) continue;
    next.lastEvent = event.id;
    apply(next, event, goals);
  }
  next.paces = next.paces.slice(-MOST_PACES);
  if (next.history.length > MOST_HISTORY) next.history = thinned(next.history);
  return next;
}

function apply(view: StudyView, event: StudyEvent, goals: Record<string, "minimize" | "maximize">): void {
  switch (event.type) {
    case "study.state":
      view.state = String(event.data.state);
      view.reason = String(event.data.reason);
      view.elapsed = Number(event.data.elapsed_s);
      // Pauses are no pace.
      view.paces = [];
      return;
    case "trial.finished":
      return finish(view, event.id, event.data as unknown as FinishedTrial, goals);
    case "study.confirmed":
      return confirm(view, event.id, event.data as unknown as Confirmed);
    case "trial.tested":
      view.tested += 1;
      return;
    case "study.extended":
      view.searchEnded = false;
      view.budget = event.data.budget as StudyView["budget"];
      return;
    case "search.ended":
      view.searchEnded = true;
      view.reason = String(event.data.reason);
      return;
  }
}

function finish(view: StudyView, event: number, trial: FinishedTrial, goals: Record<string, "minimize" | "maximize">): void {
  view.finished += 1;
  view.elapsed = trial.elapsed_s;
  view.states[trial.state] = (view.states[trial.state] ?? 0) + 1;
  view.paces.push({ finished: view.finished, elapsed: trial.elapsed_s });
  for (const number of trial.front?.removed ?? []) view.front.set(number, { event, on: false });
  if (trial.front?.added) view.front.set(trial.number, { event, on: true });
  const measured = trial.state === "succeeded" || trial.state === "infeasible";
  if (measured) view.fresh.push({ event, number: trial.number, feasible: trial.state === "succeeded", metrics: trial.metrics });
  const before = view.history.at(-1);
  const best = { ...before?.best };
  for (const [metric, goal] of Object.entries(goals)) {
    const value = trial.metrics[metric]?.value;
    if (trial.state !== "succeeded" || value === undefined) continue;
    const known = best[metric] ?? null;
    if (known === null || (goal === "maximize" ? value > known : value < known)) best[metric] = value;
  }
  const hypervolume = typeof trial.hypervolume === "number" ? trial.hypervolume : (before?.hypervolume ?? null);
  view.history.push({ trials: view.finished, elapsed: trial.elapsed_s, hypervolume, best });
}

// No trial has ended by it, but those that were measured again have other values: a new front and, of as many trials, another hypervolume.
function confirm(view: StudyView, event: number, { front, hypervolume }: Confirmed): void {
  for (const number of front.removed) view.front.set(number, { event, on: false });
  for (const number of front.added) view.front.set(number, { event, on: true });
  const last = view.history.at(-1);
  if (last && typeof hypervolume === "number") view.history[view.history.length - 1] = { ...last, hypervolume };
}

/** What is in points asked for as of an event need not be kept any more. */
export function settle(view: StudyView, sequence: number): StudyView {
  const front = new Map([...view.front].filter(([, { event }]) => event > sequence));
  return { ...view, fresh: view.fresh.filter(({ event }) => event > sequence), front };
}

function kindOf(metrics: Record<string, Measurement>, axes: string[]): Kind {
  const sources = axes.map((axis) => metrics[axis]?.source);
  for (const kind of ["predicted", "imported", "reported"] as const) if (sources.includes(kind)) return kind;
  return "measured";
}

/** The points with what has happened since. */
export function withFresh(points: Points, view: StudyView): Points {
  const changes = [...view.front].filter(([, { event }]) => event > points.sequence);
  const fresh = view.fresh.filter(({ event, metrics }) => event > points.sequence && points.axes.every((axis) => metrics[axis]));
  if (!changes.length && !fresh.length) return points;
  const index = new Map(points.number.map((number, i) => [number, i]));
  const merged: Points = {
    ...points,
    number: [...points.number],
    front: [...points.front],
    feasible: [...points.feasible],
    kind: [...points.kind],
    values: Object.fromEntries(Object.entries(points.values).map(([metric, column]) => [metric, [...column]])),
    spreads: Object.fromEntries(Object.entries(points.spreads).map(([metric, column]) => [metric, [...column]])),
  };
  delete merged.genomes; // those of the fresh ones are not known by their characters
  for (const trial of fresh) {
    if (index.has(trial.number)) continue;
    merged.matching += 1;
    index.set(trial.number, merged.number.length);
    merged.number.push(trial.number);
    merged.front.push(0);
    merged.feasible.push(trial.feasible ? 1 : 0);
    merged.kind.push(kindOf(trial.metrics, points.axes));
    const row = merged.number.length - 1;
    for (const metric of Object.keys(trial.metrics)) (merged.values[metric] ??= new Array(row).fill(null))[row] = trial.metrics[metric]!.value;
    for (const axis of points.axes) (merged.spreads[axis] ??= new Array(row).fill(0))[row] = trial.metrics[axis]?.spread ?? 0;
  }
  for (const [number, { on }] of changes) {
    const row = index.get(number);
    if (row !== undefined) merged.front[row] = on ? 1 : 0;
  }
  return merged;
}

/** Trials a second: of the latest ones while it runs, of all before. */
export function pace(view: StudyView): number {
  const first = view.paces[0];
  const last = view.paces.at(-1);
  if (first && last && last.finished - first.finished >= 8 && last.elapsed > first.elapsed)
    return (last.finished - first.finished) / (last.elapsed - first.elapsed);
  return view.elapsed > 0 ? view.finished / view.elapsed : 0;
}

/** Seconds until the budget is spent, at the pace of now or by the clock; null where it cannot be told. */
export function secondsLeft(view: StudyView, budget: { trials: number; seconds?: number }): number | null {
  if (view.searchEnded || view.state !== "running") return null;
  const speed = pace(view);
  const byTrials = speed > 0 ? Math.max(budget.trials - view.finished, 0) / speed : Infinity;
  const byClock = budget.seconds ? Math.max(budget.seconds - view.elapsed, 0) : Infinity;
  const left = Math.min(byTrials, byClock);
  return Number.isFinite(left) ? left : null;
}
