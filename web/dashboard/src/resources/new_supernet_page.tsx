// A manifest from a file or the keyboard: checked as often as wanted, each mistake with its place, then added.
import { useState } from "preact/hooks";
import { postText } from "../app/api";
import type { Supernet } from "../app/model";
import { go, link } from "../app/router";
import { useMayChange } from "../app/session";
import { ErrorBox } from "../parts/error_box";
import { Field } from "../parts/field";
import { PageHead } from "../parts/page_head";
import { SupernetView } from "./supernet_view";
import "./resources.css";

export function NewSupernetPage() {
  const [text, setText] = useState("");
  const [seen, setSeen] = useState<Supernet | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const mayChange = useMayChange();
  const change = (changed: string) => {
    setText(changed);
    setSeen(null);
    setError(null);
  };
  const send = (dryRun: boolean, done: (supernet: Supernet) => void) => {
    setBusy(true);
    setError(null);
    setSeen(null);
    postText<Supernet>(`/v1/supernets${dryRun ? "?dry_run=true" : ""}`, text, "application/json")
      .then(done, setError)
      .then(() => setBusy(false));
  };
  return (
    <>
      <PageHead title="Add a supernet" back={["#/supernets", "Supernets"]} note="A manifest says which genes there are and which operators each choice makes." />
      <section class="card upload" aria-label="Manifest">
        <div class="form-grid">
          <Field
            label="Manifest file"
            help={
              <>
                An editor completes it from <a href="/v1/schemas/manifest">its JSON schema</a>; the manifest of any supernet here is a good one to start from.
              </>
            }
          >
            {(tied) => <input {...tied} type="file" accept=".json,application/json" onChange={async (event) => change((await event.currentTarget.files?.[0]?.text()) ?? "")} />}
          </Field>
          <Field label="Or its text" wide>
            {(tied) => <textarea {...tied} rows={14} spellcheck={false} value={text} placeholder='{"quarry_manifest": 1, "name": "my_net", …}' onInput={(event) => change(event.currentTarget.value)} />}
          </Field>
        </div>
        <ErrorBox error={error} />
        <div class="actions">
          <button type="button" disabled={busy || !text.trim()} onClick={() => send(true, setSeen)}>
            Check
          </button>
          <button type="button" class="primary" disabled={busy || !text.trim() || !mayChange} onClick={() => send(false, ({ name }) => go(link(["supernets", name])))}>
            Add it
          </button>
          <span class="muted" aria-live="polite">
            {seen && `${seen.name} is in order; this is what it would be.`}
          </span>
        </div>
      </section>
      {seen && <SupernetView supernet={seen} />}
    </>
  );
}
