// What a user may do with a study now. The server has the last word.
import { useRef, useState } from "preact/hooks";
import { actOnStudy, post, studyPath, type Verb } from "../app/api";
import { Confirm } from "../parts/confirm";
import { ErrorBox } from "../parts/error_box";

const VERBS: Record<string, [Verb, string][]> = {
  draft: [["resume", "Start"]],
  queued: [["pause", "Pause"], ["stop", "Stop search"]],
  running: [["pause", "Pause"], ["stop", "Stop search"]],
  pausing: [["resume", "Resume"], ["stop", "Stop search"]],
  paused: [["resume", "Resume"], ["stop", "Stop search"]],
  failed: [["resume", "Try again"]],
};
const EXTENDABLE = ["draft", "queued", "running", "pausing", "paused", "completed"];
const CANCELLABLE = ["draft", "queued", "running", "pausing", "paused", "stopping"];

interface ControlsProps {
  id: string;
  state: string;
  searchEnded: boolean;
  hasClock: boolean; // the budget has seconds
  /** The server did as it was told. */
  onActed: () => void;
}

export function Controls({ id, state, searchEnded, hasClock, onActed }: ControlsProps) {
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const act = (doing: Promise<unknown>) => {
    setBusy(true);
    const done = () => {
      setError(null);
      onActed();
    };
    return doing.then(done, setError).finally(() => setBusy(false));
  };
  const verbs = searchEnded && state !== "failed" ? [] : (VERBS[state] ?? []);
  return (
    <>
      {verbs.map(([verb, label]) => (
        <button key={verb} type="button" disabled={busy} onClick={() => act(actOnStudy(id, verb))}>
          {label}
        </button>
      ))}
      {EXTENDABLE.includes(state) && <Extend id={id} hasClock={hasClock} onActed={onActed} />}
      {CANCELLABLE.includes(state) && (
        <Confirm label="Cancel" title="Cancel this study?" act={() => actOnStudy(id, "cancel")}>
          What is under way is dropped, and the study cannot go on afterwards. What was measured stays.
        </Confirm>
      )}
      <ErrorBox error={error} />
    </>
  );
}

function Extend({ id, hasClock, onActed }: { id: string; hasClock: boolean; onActed: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [trials, setTrials] = useState("50");
  const [seconds, setSeconds] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const send = (event: Event) => {
    event.preventDefault();
    const more: Record<string, number> = {};
    if (trials) more.trials = Number(trials);
    if (seconds) more.seconds = Number(seconds);
    post(studyPath(id, ":extend"), more).then(() => {
      setError(null);
      dialog.current?.close();
      onActed();
    }, setError);
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Extend
      </button>
      <dialog ref={dialog} aria-label="Extend the budget">
        <form onSubmit={send} class="extend">
          <h2>Extend the budget</h2>
          <p class="muted">A study that has ended goes on; to the trials that one with the larger budget would have had.</p>
          <div class="fields">
            <label>
              more trials
              <input type="number" min="1" value={trials} onInput={(event) => setTrials(event.currentTarget.value)} />
            </label>
            {hasClock && (
              <label>
                more seconds
                <input type="number" min="1" step="any" value={seconds} onInput={(event) => setSeconds(event.currentTarget.value)} />
              </label>
            )}
          </div>
          <ErrorBox error={error} />
          <div class="actions">
            <button type="button" onClick={() => dialog.current?.close()}>
              Leave it
            </button>
            <button type="submit" class="primary">
              Add to the budget
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
