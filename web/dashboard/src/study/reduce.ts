// Folds a study's events into what the page shows: a pure function, tested on recorded logs. The server decides who is on the front; nothing
// here computes dominance.
import type { Measurement, StudyEvent, Trial } from "../app/model";

export interface HistoryPoint {
  trials: number;
  elapsed: number;
  hypervolume: number;
}

export interface StudyView {
  state: string;
  reason: string;
  searchEnded: boolean;
  trials: Trial[]; // at its own number
  front: Set<number>;
  finished: number;
  tested: number;
  elapsed: number; // seconds
  history: HistoryPoint[];
  lastEvent: number;
}

export function emptyView(): StudyView {
  return {
    state: "queued",
    reason: "",
    searchEnded: false,
    trials: [],
    front: new Set(),
    finished: 0,
    tested: 0,
    elapsed: 0,
    history: [],
    lastEvent: 0,
  };
}

interface FinishedTrial extends Trial {
  front?: { added: boolean; removed: number[] };
  hypervolume?: number | null;
  elapsed_s: number;
}

/** The view after more events; the old view stays as it was. Events that it has seen change nothing. */
export function reduce(view: StudyView, events: StudyEvent[]): StudyView {
  // One copy for the whole batch, however long.
  const next: StudyView = { ...view, trials: [...view.trials], front: new Set(view.front), history: [...view.history] };
  for (const event of events) {
    if (event.id <= next.lastEvent) continue;
    next.lastEvent = event.id;
    apply(next, event);
  }
  return next;
}

function apply(view: StudyView, event: StudyEvent): void {
  switch (event.type) {
    case "study.state":
      view.state = String(event.data.state);
      view.reason = String(event.data.reason);
      view.elapsed = Number(event.data.elapsed_s);
      return;
    case "trial.created": {
      const trial = event.data as unknown as Trial;
      view.trials[trial.number] = trial;
      return;
    }
    case "trial.measured":
    case "trial.tested": {
      const { number, metrics } = event.data as { number: number; metrics: Record<string, Measurement> };
      const trial = view.trials[number];
      if (trial) view.trials[number] = { ...trial, metrics: { ...trial.metrics, ...metrics } };
      if (event.type === "trial.tested") view.tested += 1;
      return;
    }
    case "trial.finished": {
      const { front, hypervolume, elapsed_s, ...trial } = event.data as unknown as FinishedTrial;
      view.trials[trial.number] = trial;
      view.finished += 1;
      view.elapsed = elapsed_s;
      for (const number of front?.removed ?? []) view.front.delete(number);
      if (front?.added) view.front.add(trial.number);
      if (typeof hypervolume === "number") view.history.push({ trials: view.finished, elapsed: elapsed_s, hypervolume });
      return;
    }
    case "study.extended":
      view.searchEnded = false;
      return;
    case "search.ended":
      view.searchEnded = true;
      view.reason = String(event.data.reason);
      return;
  }
}
