// A study's log as it grows: the server's event stream in batches.
import { studyPath } from "./api";
import type { StudyEvent } from "./model";

const EVENT_TYPES = ["study.created", "study.state", "trial.created", "trial.measured", "trial.finished", "search.ended", "trial.tested", "study.extended"];

export type Connection = "connecting" | "live" | "lost" | "ended";

/**
 * Follows a study's log from its beginning. Events come in batches, one per animation frame at most, so that a burst costs one redraw. The browser
 * reconnects by itself and replays from the last id. Call the returned function to stop.
 */
export function followStudy(id: string, onEvents: (events: StudyEvent[]) => void, onConnection: (connection: Connection) => void): () => void {
  let waiting: StudyEvent[] = [];
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    const events = waiting;
    waiting = [];
    onEvents(events);
  };
  let ending = 0;
  const source = new EventSource(studyPath(id, "/events"));
  source.onopen = () => onConnection("live");
  // The server closes the stream after the last event.
  source.onerror = () => ending === 0 && onConnection("lost");
  for (const type of EVENT_TYPES) {
    source.addEventListener(type, (message) => {
      const { data, lastEventId } = message as MessageEvent<string>;
      const event: StudyEvent = { id: Number(lastEventId), type, data: JSON.parse(data) };
      waiting.push(event);
      window.clearTimeout(ending);
      ending = 0;
      if (!scheduled) {
        scheduled = true;
        // A hidden page gets no animation frames.
        if (document.hidden) setTimeout(flush, 250);
        else requestAnimationFrame(flush);
      }
      if (type === "study.state" && ["completed", "failed", "cancelled"].includes(String(event.data.state))) {
        // Unless more follows: a study that was extended has ended before.
        ending = window.setTimeout(() => {
          source.close();
          onConnection("ended");
        }, 300);
      }
    });
  }
  return () => {
    window.clearTimeout(ending);
    source.close();
  };
}
