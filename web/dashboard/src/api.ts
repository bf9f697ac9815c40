// The few calls the dashboard makes. A failed call throws an Error whose message can be shown as it is.
import type { FrontChoice, Study, StudyEvent } from "./model";

/** The server serves more than this machine, and this browser has not logged in. */
export class TokenNeeded extends Error {}

async function get<T>(path: string): Promise<T> {
  return answer<T>(await fetch(path));
}

async function answer<T>(response: Response): Promise<T> {
  const body = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const said = body?.detail ?? `The server answered ${response.status}.`;
  throw response.status === 401 ? new TokenNeeded(said) : new Error(said);
}

function post(path: string, document: unknown): Promise<Response> {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(document) });
}

/** Trades a token for a cookie, which the event streams carry too. */
export async function logIn(token: string): Promise<void> {
  await answer(await post("/v1/session", { token }));
}

export async function listStudies(): Promise<Study[]> {
  const studies: Study[] = [];
  for (let token: string | null = ""; token !== null; ) {
    const page: { items: Study[]; next_page_token: string | null } = await get(`/v1/studies?page_size=1000&page_token=${token}`);
    studies.push(...page.items);
    token = page.next_page_token;
  }
  return studies;
}

export function getStudy(id: string): Promise<Study> {
  return get<Study>(`/v1/studies/${encodeURIComponent(id)}`);
}

export type Verb = "pause" | "resume" | "stop" | "cancel";

export async function actOnStudy(id: string, verb: Verb): Promise<void> {
  await answer(await post(`/v1/studies/${encodeURIComponent(id)}:${verb}`, {}));
}

/** Which member of the front to take; the question is GET .../front's: where, best, within, knee. */
export async function askFront(id: string, question: Record<string, string>): Promise<FrontChoice> {
  const query = new URLSearchParams(question);
  return (await get<{ choice: FrontChoice }>(`/v1/studies/${encodeURIComponent(id)}/front?${query}`)).choice;
}

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
  const source = new EventSource(`/v1/studies/${encodeURIComponent(id)}/events`);
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
