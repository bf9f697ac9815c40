// A study as it is and as it goes on: what the server has summed up, then its events. Nothing is asked for again and again.
import { useEffect, useState } from "preact/hooks";
import { getStudy, studyPath } from "../app/api";
import type { Goal, Study, StudyEvent } from "../app/model";
import { insight, type StudyHistory } from "./insight";
import { emptyView, hasEnded, reduce, settle, type StudyView, viewOf } from "./reduce";

const TYPES = ["study.state", "study.extended", "study.confirmed", "trial.finished", "trial.tested", "search.ended"];
// A running study redraws so often at most: what the browser takes, a search on the same machine lacks. The first event after a lull is shown at once.
const FRAME_MS = 2000;
const AT_ONCE_MS = 50; // and what came with it

export type Connection = "connecting" | "live" | "lost" | "ended";

export interface LiveStudy {
  study: Study | null;
  view: StudyView;
  /** Changes when the view began anew: points from before miss what lies between. */
  turn: number;
  connection: Connection;
  error: Error | null;
  /** Forgets of the view what is in points as of this event. */
  settled: (sequence: number) => void;
  /** Asks for everything anew. */
  again: () => void;
}

export function useLiveStudy(id: string): LiveStudy {
  const [study, setStudy] = useState<Study | null>(null);
  const [view, setView] = useState<StudyView>(emptyView);
  const [turn, setTurn] = useState(0);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [error, setError] = useState<Error | null>(null);
  const [tries, setTries] = useState(0);
  const again = () => setTries((before) => before + 1);

  useEffect(() => {
    let stop = () => {};
    let gone = false;
    setError(null);
    // What is known at once is shown at once; the history says as of which event the rest is.
    const asked = getStudy(id).then((known) => {
      if (gone) return known;
      setStudy(known);
      setView((before) => (before.lastEvent ? before : { ...before, state: known.state, reason: known.reason, finished: known.progress.trials, elapsed: known.progress.elapsed_s }));
      return known;
    });
    // Asked again after the history: a state that changed between the two answers would be in neither, nor among the events to come.
    const both = Promise.all([asked, insight<StudyHistory>(id, "history")]).then(async ([, summed]) => [await getStudy(id), summed] as const);
    both.then(
      ([known, summed]) => {
        if (gone) return;
        setStudy(known);
        setTurn(tries);
        const goals = Object.fromEntries(known.spec.objectives.map(({ metric, goal }) => [metric, goal as Goal]));
        setView(viewOf({ state: known.state, reason: known.reason }, summed));
        const receive = (events: StudyEvent[]) => {
          setView((before) => reduce(before, events, goals));
          // The values of trials that are known already have changed.
          if (events.some(({ type }) => type === "study.confirmed")) again();
        };
        stop = follow(id, summed.sequence, hasEnded(known.state), receive, setConnection);
      },
      (failure: Error) => {
        if (gone) return;
        setError(failure);
        const timer = window.setTimeout(again, 3000);
        stop = () => clearTimeout(timer);
      },
    );
    return () => {
      gone = true;
      stop();
    };
  }, [id, tries]);

  return {
    study,
    view,
    turn,
    connection,
    error,
    settled: (sequence) => setView((before) => settle(before, sequence)),
    again,
  };
}

/**
 * The events after one, in batches. The browser reconnects by itself and goes on after the last that it got. Once the study is over the server ends the
 * stream, which is the end of it here as well; over says whether it was when the history was asked for.
 */
function follow(id: string, after: number, over: boolean, onEvents: (events: StudyEvent[]) => void, onConnection: (connection: Connection) => void): () => void {
  let waiting: StudyEvent[] = [];
  let timer = 0;
  let drawn = -FRAME_MS;
  let last = after;
  let source: EventSource;
  let retry = 0;
  const flush = () => {
    timer = 0;
    drawn = performance.now();
    const events = waiting;
    waiting = [];
    onEvents(events);
  };
  const receive = (type: string, message: MessageEvent<string>) => {
    last = Number(message.lastEventId);
    const event: StudyEvent = { id: last, type, data: JSON.parse(message.data) };
    waiting.push(event);
    if (type === "study.state") {
      over = hasEnded(String(event.data.state)); // one that was extended has ended before
      // Who has just paused it is waiting for this.
      clearTimeout(timer);
      timer = window.setTimeout(flush, AT_ONCE_MS);
    }
    timer ||= window.setTimeout(flush, Math.max(AT_ONCE_MS, drawn + FRAME_MS - performance.now()));
  };
  const open = () => {
    source = new EventSource(studyPath(id, `/events?after=${last}&types=${TYPES.join(",")}`));
    source.onopen = () => onConnection("live");
    source.onerror = () => {
      if (over) {
        source.close();
        return onConnection("ended");
      }
      onConnection("lost");
      // A browser gives up where a proxy answers in the server's place.
      if (source.readyState === EventSource.CLOSED) retry = window.setTimeout(open, 3000);
    };
    for (const type of TYPES) source.addEventListener(type, (message) => receive(type, message as MessageEvent<string>));
  };
  open();
  return () => {
    clearTimeout(timer);
    clearTimeout(retry);
    source.close();
  };
}
