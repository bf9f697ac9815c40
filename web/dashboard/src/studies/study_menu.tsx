// What can be done with a study from the list: what the server says it allows, and cloning, which it always does.
import { useState } from "preact/hooks";
import { actOnStudy, patch, post, remove, studyPath, type Verb } from "../app/api";
import type { Study } from "../app/model";
import { go, link } from "../app/router";
import { Question } from "../parts/confirm";
import { Dialog } from "../parts/dialog";
import { ErrorBox } from "../parts/error_box";
import { Field, TextField } from "../parts/field";
import { Menu } from "../parts/menu";

interface StudyMenuProps {
  study: Study;
  onChanged: () => void;
  onFailed: (error: Error) => void;
}

export function StudyMenu({ study, onChanged, onFailed }: StudyMenuProps) {
  const [asked, setAsked] = useState<"" | "labels" | "enqueue" | "delete">("");
  const { id, name } = study;
  const allowed = study.allowed ?? [];
  const close = () => {
    setAsked("");
    onChanged();
  };
  const verb = (which: Verb, label: string): [string, () => void][] =>
    allowed.includes(which) ? [[label, () => actOnStudy(id, which).then(onChanged, onFailed)]] : [];
  return (
    <>
      <Menu
        label={`What to do with ${name}`}
        face="⋯"
        items={[
          ...verb("pause", "Pause"),
          ...verb("resume", study.state === "draft" ? "Start" : "Resume"),
          ...verb("stop", "Stop the search"),
          ...(allowed.includes("enqueue") ? [["Measure a network…", () => setAsked("enqueue")] as [string, () => void]] : []),
          ["Clone", () => go(link(["studies", "new"], { from: id }))],
          ["Name and tags…", () => setAsked("labels")],
          ...(allowed.includes("delete") ? [["Delete…", () => setAsked("delete")] as [string, () => void]] : []),
        ]}
      />
      {asked === "labels" && <Labels study={study} onClose={close} />}
      {asked === "enqueue" && <Enqueue study={study} onClose={close} />}
      {asked === "delete" && (
        <Question label="Delete" title={`Delete ${name}?`} act={() => remove(studyPath(id))} onClose={close}>
          Its log and its {study.progress.trials} trials are forgotten for good. What was measured still answers later studies.
        </Question>
      )}
    </>
  );
}

function Labels({ study, onClose }: { study: Study; onClose: () => void }) {
  const [name, setName] = useState(study.name);
  const [tags, setTags] = useState((study.tags ?? []).join(", "));
  const [error, setError] = useState<Error | null>(null);
  const keep = (event: Event) => {
    event.preventDefault();
    const list = tags.split(",").map((tag) => tag.trim()).filter(Boolean);
    patch(studyPath(study.id), { name, tags: list }).then(onClose, setError);
  };
  return (
    <Dialog title="Name and tags" onClose={onClose}>
      <form class="dialog-form" onSubmit={keep}>
        <TextField label="Name" value={name} onChange={setName} />
        <TextField label="Tags" value={tags} onChange={setTags} help="Commas between." />
        <ErrorBox error={error} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Leave as it is
          </button>
          <button type="submit" class="primary">
            Keep
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** One network that the user wants measured before what the algorithm proposes. */
function Enqueue({ study, onClose }: { study: Study; onClose: () => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const send = (event: Event) => {
    event.preventDefault();
    let config: unknown;
    try {
      config = JSON.parse(text);
    } catch (failure) {
      setError(new Error(`This is not JSON yet: ${(failure as Error).message}`));
      return;
    }
    post(studyPath(study.id, ":enqueue"), { config }).then(onClose, setError);
  };
  return (
    <Dialog title="Measure a network next" onClose={onClose}>
      <form class="dialog-form" onSubmit={send}>
        <Field
          label="Its configuration, as JSON"
          wide
          help={
            <>
              As trials show it: gene to value or list of values. The genes are on <a href={link(["supernets", study.spec.supernet])}>the supernet's page</a>.
            </>
          }
        >
          {(tied) => <textarea {...tied} rows={6} value={text} placeholder='{"depth": 3, "heads": [4, 4, 4], …}' onInput={(event) => setText(event.currentTarget.value)} />}
        </Field>
        <ErrorBox error={error} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class="primary" disabled={!text.trim()}>
            Measure it next
          </button>
        </div>
      </form>
    </Dialog>
  );
}
