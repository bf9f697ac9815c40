// Workers: which live where, doing what, and when each was last heard of.
import { getAll } from "../app/api";
import type { Worker } from "../app/model";
import { link } from "../app/router";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { formatAgo } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { Table } from "../parts/table";
import "./resources.css";

const REFRESH_MS = 2000;

interface Task {
  id: string;
  study: string;
  trial: number;
}

export function WorkersPage() {
  const { value: workers, error } = useAnswer(() => getAll<Worker>("/v1/workers"), [], REFRESH_MS);
  return (
    <>
      <PageHead title="Workers" note="Who measures: this server's own threads, and quarry worker on other machines." />
      <ErrorBox error={error} />
      {workers && (
        <section class="card" aria-label="Workers">
          <Table
            label="Workers"
            rows={workers}
            keyOf={({ name, kind }) => `${kind} ${name}`}
            columns={[
              { key: "name", label: "Worker", by: ({ name }) => name, cell: ({ name, kind }) => (kind === "threads" ? "this server's threads" : name) },
              { key: "machine", label: "Machine", cell: ({ machine }) => <span class="wrap">{machine ?? <span class="muted">where the server runs</span>}</span> },
              {
                key: "doing",
                label: "Doing",
                by: ({ tasks }) => tasks.length,
                cell: ({ tasks }) =>
                  tasks.length ? (
                    (tasks as unknown as Task[]).map(({ id, study, trial }) => (
                      <a key={id} class="task" href={link(["studies", study, "trials", trial])}>
                        trial {trial}
                      </a>
                    ))
                  ) : (
                    <span class="muted">waiting for work</span>
                  ),
              },
              { key: "evaluators", label: "Evaluators", cell: ({ evaluators }) => evaluators?.join(", ") ?? <span class="muted">all</span> },
              { key: "tags", label: "Tags", cell: ({ tags }) => tags?.map((tag) => <span key={tag} class="chip small">{tag}</span>) },
              {
                key: "heard",
                label: "Last heard of",
                right: true,
                by: ({ silent_s: silent }) => silent ?? 0,
                cell: ({ silent_s: silent }) => (silent === undefined ? "here" : `${formatAgo(silent)} ago`),
              },
            ]}
          />
        </section>
      )}
      {workers?.length === 1 && (
        <section class="card empty-page" aria-label="More workers">
          <h2>More machines</h2>
          <p>A worker on another machine takes tasks over HTTP and measures there; its numbers carry that machine's fingerprint.</p>
          <pre>{`quarry worker --server ${location.origin} --tags device=phone`}</pre>
          <p>A study that wants its latency from there says so under Measuring: on workers with the tags.</p>
        </section>
      )}
    </>
  );
}
