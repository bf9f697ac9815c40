// Training a predictor from chosen studies, from measurements that were taken in, or from a file that is taken in on the way.
import { useState } from "preact/hooks";
import { get, getAll, post, Refused } from "../app/api";
import type { Catalog, Import, Predictor, Study, Supernet } from "../app/model";
import { go, link } from "../app/router";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { SelectField, TextField } from "../parts/field";
import { PageHead } from "../parts/page_head";
import { asStudyCatalog, type CatalogEntry } from "../studies/form";
import { Upload } from "./upload";
import "./resources.css";

interface Basis {
  models: CatalogEntry[];
  metrics: string[];
  supernets: Supernet[];
  studies: Study[];
  imports: Import[];
}

async function readBasis(): Promise<Basis> {
  const [catalog, supernets, studies, imports] = await Promise.all([
    get<Catalog>("/v1/catalog"),
    getAll<Supernet>("/v1/supernets"),
    getAll<Study>("/v1/studies"),
    getAll<Import>("/v1/imports"),
  ]);
  const models = catalog.predictors as unknown as CatalogEntry[];
  return { models, metrics: asStudyCatalog(catalog).metrics.map(({ name }) => name), supernets, studies, imports };
}

export function TrainPage() {
  const { value: basis, error, again } = useAnswer(readBasis, []);
  return (
    <>
      <PageHead title="Train a predictor" back={["#/predictors", "Predictors"]} />
      <ErrorBox error={error} />
      {basis && <Train basis={basis} onImported={again} />}
    </>
  );
}

const toggled = (list: string[], value: string) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value]);

function Train({ basis, onImported }: { basis: Basis; onImported: () => void }) {
  const [name, setName] = useState("");
  const [supernet, setSupernet] = useState("");
  const [metric, setMetric] = useState("accuracy");
  const [model, setModel] = useState("auto");
  const [studies, setStudies] = useState<string[]>([]);
  const [imports, setImports] = useState<string[]>([]);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const placed = ["/name", "/supernet", "/metric", "/model"];
  const errorsAt = (pointer: string) => (error instanceof Refused ? error.errors.filter((each) => each.pointer === pointer).map(({ detail }) => detail) : []);

  const train = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    post<Predictor>("/v1/predictors", { name, supernet, metric, model, ...(studies.length && { studies }), ...(imports.length && { imports }) }).then(
      (trained) => go(link(["predictors", `${trained.name}@${trained.version}`])),
      (failure) => {
        setError(failure);
        setBusy(false);
      },
    );
  };
  const fittingStudies = basis.studies.filter((study) => study.spec.supernet === supernet);
  const fittingImports = basis.imports.filter((taken) => taken.supernet === supernet);
  return (
    <>
      <form class="card train" onSubmit={train} noValidate>
        <div class="form-grid">
          <TextField label="Name" value={name} onChange={setName} errors={errorsAt("/name")} help="Training again under a name makes its next version." />
          <SelectField
            label="Supernet"
            value={supernet}
            onChange={(changed) => {
              setSupernet(changed);
              setStudies([]);
              setImports([]);
            }}
            errors={errorsAt("/supernet")}
            choices={[["", "choose one"], ...basis.supernets.map((each): [string, string] => [each.name, each.name])]}
          />
          <SelectField label="Metric" value={metric} onChange={setMetric} errors={errorsAt("/metric")} choices={basis.metrics.map((each) => [each, each])} />
          <SelectField
            label="Model"
            value={model}
            onChange={setModel}
            errors={errorsAt("/model")}
            choices={basis.models.map((each) => [each.name, each.name])}
            help={basis.models.find((each) => each.name === model)?.summary}
          />
        </div>
        <fieldset class="sources">
          <legend class="group-label">Learns from</legend>
          {!supernet && <p class="muted">What there is of a supernet is shown once one is chosen.</p>}
          {supernet && !fittingStudies.length && !fittingImports.length && (
            <p class="muted">Nothing of {supernet} was measured yet: start a study of it, or take in a file below.</p>
          )}
          {fittingStudies.map(({ id, name: title, progress }) => (
            <label key={id}>
              <input type="checkbox" checked={studies.includes(id)} onChange={() => setStudies(toggled(studies, id))} /> {title}{" "}
              <span class="muted">{progress.trials} trials</span>
            </label>
          ))}
          {fittingImports.map((taken) => (
            <label key={taken.id}>
              <input type="checkbox" checked={imports.includes(String(taken.id))} onChange={() => setImports(toggled(imports, String(taken.id)))} /> {taken.name || taken.id}{" "}
              <span class="muted">
                {taken.rows} rows of {((taken.metrics as string[] | undefined) ?? []).join(", ")}
              </span>
            </label>
          ))}
        </fieldset>
        <ErrorBox error={error} placed={({ pointer }) => placed.includes(pointer)} />
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>
            Train
          </button>
          <span class="muted" aria-live="polite">
            {busy && "Fitting and checking by cross-validation; auto tries several models and may take a minute."}
          </span>
        </div>
      </form>
      <section class="card" aria-labelledby="from-file">
        <div class="card-head">
          <h2 id="from-file">From a file</h2>
          <span class="muted">looked at first, taken in, and then ticked above</span>
        </div>
        {supernet ? (
          <Upload
            key={supernet}
            supernets={basis.supernets}
            supernet={supernet}
            onTaken={({ id }) => {
              setImports((before) => [...new Set([...before, String(id)])]);
              onImported();
            }}
          />
        ) : (
          <p class="muted">Choose the supernet first.</p>
        )}
      </section>
    </>
  );
}
