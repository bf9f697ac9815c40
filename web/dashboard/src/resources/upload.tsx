// A file of measurements: chosen, looked at without taking anything, then taken in.
import { useState } from "preact/hooks";
import { post, Refused } from "../app/api";
import type { Import, Supernet } from "../app/model";
import { ErrorBox } from "../parts/error_box";
import { Field, SelectField, TextField } from "../parts/field";
import { type ImportReport, ReportView } from "./import_report";

interface UploadProps {
  supernets: Supernet[];
  /** Where the page has chosen already. */
  supernet?: string;
  onTaken: (taken: Import) => void;
}

interface DryRun {
  report: ImportReport;
  existing: string | null;
}

const PLACES = ["/supernet", "/name", "/fingerprint", "/columns", "/text"];

export function Upload({ supernets, supernet: given, onTaken }: UploadProps) {
  const [chosen, setChosen] = useState("");
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);
  const [fingerprint, setFingerprint] = useState("");
  const [rules, setRules] = useState("");
  const [seen, setSeen] = useState<DryRun | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const supernet = given ?? chosen;

  const errorsAt = (pointer: string) => (error instanceof Refused ? error.errors.filter((each) => each.pointer === pointer).map(({ detail }) => detail) : []);
  const send = async <T,>(dryRun: boolean): Promise<T | null> => {
    setBusy(true);
    setError(null);
    const columns = rules.split("\n").map((rule) => rule.trim()).filter(Boolean);
    try {
      return await post<T>("/v1/imports", { supernet, file: file?.name, text: file?.text, fingerprint, columns, dry_run: dryRun });
    } catch (failure) {
      setError(failure as Error);
      // A refusal says what it found all the same.
      const report = failure instanceof Refused ? (failure.document as { report?: ImportReport }).report : undefined;
      setSeen(report ? { report, existing: null } : null);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const look = async () => {
    const found = await send<DryRun>(true);
    if (found) setSeen(found);
  };
  const take = async () => {
    const taken = await send<Import>(false);
    if (taken) onTaken(taken);
  };
  const choose = async (input: HTMLInputElement) => {
    const picked = input.files?.[0];
    setSeen(null);
    setError(null);
    setFile(picked ? { name: picked.name, text: await picked.text() } : null);
  };

  return (
    <div class="upload">
      <div class="form-grid">
        {given === undefined && (
          <SelectField
            label="Supernet"
            value={chosen}
            onChange={setChosen}
            errors={errorsAt("/supernet")}
            choices={[["", "choose one"], ...supernets.map(({ name }): [string, string] => [name, name])]}
            help="Whose networks the file measures."
          />
        )}
        <Field label="File" errors={errorsAt("/text")} help="CSV with a head (DyNAS-T's as they are) or JSON lines.">
          {(tied) => <input {...tied} type="file" accept=".csv,.tsv,.txt,.jsonl,.ndjson" onChange={(event) => choose(event.currentTarget)} />}
        </Field>
        <TextField label="Machine" value={fingerprint} onChange={setFingerprint} errors={errorsAt("/fingerprint")} help="Where it was measured, in your words: numbers of two machines are never mixed unmarked." />
        <Field label="Rules for columns" wide errors={errorsAt("/columns")} help="One a line, COLUMN=TARGET; columns without one are known by their names. For example Top-1 Acc (%)=accuracy*0.01">
          {(tied) => <textarea {...tied} rows={2} value={rules} onInput={(event) => setRules(event.currentTarget.value)} />}
        </Field>
      </div>
      <ErrorBox error={error} placed={({ pointer }) => PLACES.includes(pointer)} />
      <div class="actions">
        <button type="button" disabled={busy || !file || !supernet} onClick={look}>
          See what would be taken
        </button>
        <button type="button" class="primary" disabled={busy || !file || !supernet || !seen || seen.report.taken === 0} onClick={take}>
          Take it in
        </button>
        <span class="muted" aria-live="polite">
          {busy ? "Reading…" : seen?.existing ? `This is ${seen.existing} already.` : ""}
        </span>
      </div>
      {seen && <ReportView report={seen.report} />}
    </div>
  );
}
