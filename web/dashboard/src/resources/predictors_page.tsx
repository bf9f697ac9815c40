// Predictors that outlive their study: all of them, and one with its figures.
import { get, getAll, remove } from "../app/api";
import type { Predictor } from "../app/model";
import { go, link, useQuery } from "../app/router";
import { useMayChange } from "../app/session";
import { useAnswer } from "../parts/ask";
import { Confirm } from "../parts/confirm";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatWhen, metricLabel } from "../parts/format";
import { NewLink } from "../parts/new_link";
import { PageHead } from "../parts/page_head";
import { Table } from "../parts/table";
import { ParityChart, type Quality } from "./parity_chart";
import "./resources.css";

const qualityOf = (predictor: Predictor) => (predictor.quality ?? {}) as unknown as Quality;
const percent = (share: number | undefined, digits = 1) => (share === undefined ? "–" : `${(share * 100).toFixed(digits)} %`);
const modelName = ({ model }: Predictor) => (typeof model === "string" ? model : String((model as { name?: string } | undefined)?.name ?? ""));

export function PredictorsPage() {
  const { value: predictors, error } = useAnswer(() => getAll<Predictor>("/v1/predictors"), []);
  const [supernet, setSupernet] = useQuery("supernet");
  const [metric, setMetric] = useQuery("metric");
  const mayChange = useMayChange();
  const all = predictors ?? [];
  const shown = all.filter((each) => (!supernet || each.supernet === supernet) && (!metric || each.metric === metric));
  const values = (of: (each: Predictor) => string | undefined) => [...new Set(all.map((each) => of(each) ?? ""))].sort();
  const filter = (label: string, value: string, set: (value: string) => void, choices: string[]) => (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">all</option>
        {choices.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <PageHead title="Predictors" note="Models of a metric, learned from what was measured: a study can ask one instead of measuring.">
        <NewLink href="#/predictors/new">Train a predictor</NewLink>
      </PageHead>
      <ErrorBox error={error} />
      {predictors?.length === 0 && (
        <Empty title="No predictor yet">
          <p>
            One learns from the trials of a study or from a file of measurements, says how far it can be trusted, and then answers in microseconds what a
            measurement takes seconds for. {mayChange && <a href="#/predictors/new">Train one</a>}
            {mayChange && ", or from a shell:"}
          </p>
          <pre>quarry predictors train --name vit-accuracy --metric accuracy --study STUDY</pre>
        </Empty>
      )}
      {all.length > 0 && (
        <section class="card" aria-label="Predictors">
          <div class="card-head">
            {filter("Supernet", supernet, setSupernet, values((each) => each.supernet))}
            {filter("Metric", metric, setMetric, values((each) => each.metric))}
          </div>
          <Table
            label="Predictors"
            rows={shown}
            keyOf={({ id }) => id}
            columns={[
              { key: "name", label: "Name", by: ({ name, version }) => `${name}@${version}`, cell: ({ name, version }) => <a href={link(["predictors", `${name}@${version}`])}>{`${name}@${version}`}</a> },
              { key: "metric", label: "Metric", by: (each) => each.metric, cell: (each) => metricLabel(each.metric ?? "") },
              { key: "supernet", label: "Supernet", by: (each) => each.supernet, cell: (each) => each.supernet },
              { key: "model", label: "Model", by: modelName, cell: modelName },
              { key: "rows", label: "Rows", right: true, by: (each) => each.rows as number, cell: (each) => (each.rows as number | undefined)?.toLocaleString() },
              { key: "tau", label: "Kendall τ", right: true, by: (each) => qualityOf(each).kendall_tau, cell: (each) => qualityOf(each).kendall_tau?.toFixed(3) ?? "–" },
              { key: "mape", label: "Error", right: true, by: (each) => qualityOf(each).mape, cell: (each) => percent(qualityOf(each).mape, 2) },
              { key: "coverage", label: "90 % interval holds", right: true, by: (each) => qualityOf(each).coverage, cell: (each) => percent(qualityOf(each).coverage) },
              { key: "created", label: "Trained", by: (each) => each.created_at, cell: (each) => formatWhen(each.created_at ?? "") },
            ]}
          />
        </section>
      )}
    </>
  );
}

interface Training {
  rows: number;
  fingerprint?: { text?: string };
  sources?: { studies?: { id: string; rows: number }[]; imports?: { id: string; rows: number }[]; rows?: number; repeated?: number };
}

export function PredictorPage({ id }: { id: string }) {
  const path = `/v1/predictors/${encodeURIComponent(id)}`;
  const { value: predictor, error } = useAnswer(() => get<Predictor>(path), [id]);
  const mayChange = useMayChange();
  const title = predictor ? `${predictor.name}@${predictor.version}` : id;
  return (
    <>
      <PageHead
        title={title}
        back={["#/predictors", "Predictors"]}
        note={predictor && `${metricLabel(predictor.metric ?? "")} of ${predictor.supernet} · ${modelName(predictor)} · ${formatWhen(predictor.created_at ?? "")}`}
      >
        {predictor && (
          <a class="button" href={`${path}:export`} download={`${predictor.name}@${predictor.version}.json`}>
            Download
          </a>
        )}
        {mayChange && predictor && (
          <Confirm label="Delete" title={`Delete ${title}?`} act={() => remove(path).then(() => go("#/predictors"))}>
            This version is forgotten; others of its name stay. A study that asks it and has not ended keeps it from being deleted.
          </Confirm>
        )}
      </PageHead>
      <ErrorBox error={error} />
      {predictor && (
        <div class="two-columns">
          <ParityChart metric={predictor.metric ?? ""} quality={qualityOf(predictor)} />
          <Figures predictor={predictor} training={predictor.training as Training} />
        </div>
      )}
    </>
  );
}

function Figures({ predictor, training }: { predictor: Predictor; training: Training }) {
  const quality = qualityOf(predictor);
  const facts: [string, preact.ComponentChildren][] = [
    ["Kendall τ", quality.kendall_tau?.toFixed(4)],
    ["Spearman ρ", quality.spearman?.toFixed(4)],
    ["R²", quality.r2?.toFixed(4)],
    ["Mean error", percent(quality.mape, 3)],
    ["90 % interval holds", percent(quality.coverage)],
    ["On", `${quality.rows} networks that the model had not seen (${quality.folds} folds)`],
  ];
  const sources = training?.sources ?? {};
  return (
    <section class="card" aria-label="Quality">
      <div class="card-head">
        <h2>How good it is</h2>
      </div>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value ?? "–"}</dd>
          </>
        ))}
      </dl>
      <h3>What it learned from</h3>
      <ul class="plain">
        {sources.studies?.map(({ id, rows }) => (
          <li key={id}>
            <a href={link(["studies", id])}>{id}</a>, {rows} trials
          </li>
        ))}
        {sources.imports?.map(({ id, rows }) => (
          <li key={id}>
            <a href={link(["measurements", id])}>{id}</a>, {rows} rows
          </li>
        ))}
        {(sources.rows ?? 0) > 0 && <li>{sources.rows} rows of the request</li>}
        <li class="muted">{training?.fingerprint?.text || "no one machine"}</li>
      </ul>
      <h3>Model</h3>
      <pre>{JSON.stringify(predictor.model, null, 1)}</pre>
      <h3>In a study</h3>
      <pre>{JSON.stringify({ metrics: { [predictor.metric ?? ""]: { evaluator: "predictor", predictor: predictor.name } } })}</pre>
    </section>
  );
}
