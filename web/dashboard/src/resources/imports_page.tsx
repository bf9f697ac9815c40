// Measurements that somebody made elsewhere and took in from a file: all, one, a new one.
import { get, getAll, remove } from "../app/api";
import type { Import, ImportedRow, Supernet } from "../app/model";
import { go, link } from "../app/router";
import { useMayChange } from "../app/session";
import { useAnswer } from "../parts/ask";
import { Confirm } from "../parts/confirm";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, formatWhen, metricLabel } from "../parts/format";
import { NewLink } from "../parts/new_link";
import { PageHead } from "../parts/page_head";
import { Table } from "../parts/table";
import { type ImportReport, ReportView } from "./import_report";
import { Upload } from "./upload";
import "./resources.css";

const metricsOf = (taken: Import) => (taken.metrics as string[] | undefined) ?? [];

export function ImportsPage() {
  const { value: imports, error } = useAnswer(() => getAll<Import>("/v1/imports"), []);
  const mayChange = useMayChange();
  return (
    <>
      <PageHead title="Measurements" note="Results from elsewhere: a study can search in them, a predictor can learn from them.">
        <NewLink href="#/measurements/new">Take in a file</NewLink>
      </PageHead>
      <ErrorBox error={error} />
      {imports?.length === 0 && (
        <Empty title="Nothing was taken in yet">
          <p>
            A CSV of somebody's measurements, DyNAS-T's result files among them, becomes a table that studies answer from. Each row is checked against the
            network that it names. {mayChange && <a href="#/measurements/new">Take in a file</a>}
            {mayChange && ", or from a shell:"}
          </p>
          <pre>quarry import results.csv --supernet ofa_resnet50 --dry-run</pre>
          <p>What studies measure on this server's machines is on their own pages, and answers later studies by itself.</p>
        </Empty>
      )}
      {imports && imports.length > 0 && (
        <section class="card" aria-label="Imports">
          <Table
            label="Imports"
            rows={imports}
            keyOf={({ id }) => String(id)}
            columns={[
              { key: "name", label: "Name", by: ({ name }) => name, cell: ({ id, name }) => <a href={link(["measurements", String(id)])}>{name || id}</a> },
              { key: "supernet", label: "Supernet", by: ({ supernet }) => supernet, cell: ({ supernet }) => supernet },
              { key: "metrics", label: "Metrics", cell: (taken) => metricsOf(taken).map(metricLabel).join(", ") },
              { key: "rows", label: "Rows", right: true, by: ({ rows }) => rows, cell: ({ rows }) => rows?.toLocaleString() },
              { key: "machine", label: "Machine", cell: ({ fingerprint }) => fingerprint || <span class="muted">not said</span> },
              { key: "created", label: "Taken in", by: ({ created_at }) => created_at, cell: ({ created_at }) => formatWhen(created_at ?? "") },
            ]}
          />
        </section>
      )}
    </>
  );
}

export function ImportPage({ id }: { id: string }) {
  const path = `/v1/imports/${encodeURIComponent(id)}`;
  const { value: taken, error } = useAnswer(() => get<Import>(path), [id]);
  const { value: rows } = useAnswer(() => get<{ items: ImportedRow[] }>(`${path}/rows?page_size=200`), [id]);
  const mayChange = useMayChange();
  const metrics = taken ? metricsOf(taken) : [];
  return (
    <>
      <PageHead
        title={taken?.name || id}
        back={["#/measurements", "Measurements"]}
        note={taken && `${taken.supernet} · ${taken.fingerprint || "machine not said"} · ${formatWhen(taken.created_at ?? "")}`}
      >
        {mayChange && taken && (
          <Confirm label="Delete" title={`Delete ${taken.name || id}?`} act={() => remove(path).then(() => go("#/measurements"))}>
            Its {taken.rows} rows are forgotten. Predictors that learned from them stay.
          </Confirm>
        )}
      </PageHead>
      <ErrorBox error={error} />
      {taken && (
        <section class="card" aria-label="Report">
          <ReportView report={taken.report as ImportReport} />
        </section>
      )}
      {rows && (
        <section class="card" aria-label="Rows">
          <header class="card-head">
            <h2>Rows</h2>
            {taken && (taken.rows ?? 0) > rows.items.length && <span class="muted">the first {rows.items.length}</span>}
          </header>
          <Table
            label="Rows"
            sortQuery="rows"
            atFirst={25}
            rows={rows.items}
            keyOf={({ line }) => line ?? 0}
            columns={[
              { key: "line", label: "Line", right: true, by: ({ line }) => line, cell: ({ line }) => line },
              ...metrics.map((metric) => ({
                key: metric,
                label: metricLabel(metric),
                right: true,
                by: (row: ImportedRow) => (row.metrics as Record<string, number>)[metric],
                cell: (row: ImportedRow) => {
                  const value = (row.metrics as Record<string, number>)[metric];
                  return value === undefined ? "–" : formatMetric(metric, value);
                },
              })),
              { key: "config", label: "Configuration", cell: (row) => <code class="cut">{JSON.stringify(row.config)}</code> },
            ]}
          />
        </section>
      )}
    </>
  );
}

export function NewImportPage() {
  const { value: supernets, error } = useAnswer(() => getAll<Supernet>("/v1/supernets"), []);
  return (
    <>
      <PageHead title="Take in measurements" back={["#/measurements", "Measurements"]} />
      <ErrorBox error={error} />
      {supernets && (
        <section class="card" aria-label="File">
          <Upload supernets={supernets} onTaken={({ id }) => go(link(["measurements", String(id)]))} />
        </section>
      )}
    </>
  );
}
