// What somebody wrote about a trial; kept with the button, or when the field is left.
import { useEffect, useState } from "preact/hooks";
import { patch, studyPath } from "../app/api";
import type { Trial } from "../app/model";
import { useMayChange } from "../app/session";
import { ErrorBox } from "../parts/error_box";

export function NotesCard({ study, trial }: { study: string; trial: Trial }) {
  const mayChange = useMayChange();
  const [kept, setKept] = useState(trial.notes ?? "");
  const [text, setText] = useState(kept);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    setKept(trial.notes ?? "");
    setText(trial.notes ?? "");
  }, [study, trial.number, trial.notes]);
  const save = () => {
    if (text === kept) return;
    patch<Trial>(studyPath(study, `/trials/${trial.number}`), { notes: text }).then(({ notes = "" }) => {
      setKept(notes);
      setError(null);
    }, setError);
  };
  return (
    <section class="card" aria-labelledby="notes-title">
      <header class="card-head">
        <h2 id="notes-title">Notes</h2>
        <span class="muted" aria-live="polite">
          {text === kept ? (kept ? "kept" : "") : "not kept yet"}
        </span>
        <span class="spacer" />
        {mayChange && (
          <button type="button" disabled={text === kept} onClick={save}>
            Keep
          </button>
        )}
      </header>
      <textarea
        aria-labelledby="notes-title"
        rows={4}
        value={text}
        readOnly={!mayChange}
        placeholder={mayChange ? "Why this one, or why not" : "Nothing was written"}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={save}
      />
      <ErrorBox error={error} />
    </section>
  );
}
