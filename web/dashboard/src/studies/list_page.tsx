// The list of studies, newest first, with how far each has come.
import { get } from "../app/api";
import type { Study } from "../app/model";
import { link } from "../app/router";
import { useAnswer } from "../parts/ask";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatWhen, metricLabel } from "../parts/format";
import { PageHead } from "../parts/page_head";
import "./studies.css";

const REFRESH_MS = 3000;

export function StudiesPage() {
  const { value: studies, error } = useAnswer(async () => (await get<{ items: Study[] }>("/v1/studies")).items, [], REFRESH_MS);
  return (
    <>
      <PageHead title="Studies" />
      <ErrorBox error={error} />
      {studies?.length === 0 && (
        <Empty title="No study yet">
          <p>A study searches a supernet for networks that are accurate, fast and small on this machine. Start one from a shell:</p>
          <pre>quarry submit --supernet fashion_vit --objective accuracy --objective latency_ms --trials 100 --watch</pre>
          <p class="muted">or POST its JSON to /v1/studies; /v1/catalog lists what can be asked for.</p>
        </Empty>
      )}
      {studies && studies.length > 0 && (
        <ul class="studies">
          {studies.map((study) => (
            <li key={study.id}>
              <a class="card" href={link(["studies", study.id])}>
                <span class="row">
                  <strong>{study.name}</strong>
                  <span class={`pill ${study.state}`}>{study.state}</span>
                </span>
                <span class="muted">
                  {study.spec.supernet} · {study.spec.algorithm.name} · {study.spec.objectives.map(({ metric }) => metricLabel(metric)).join(", ")}
                </span>
                <progress value={study.progress.trials} max={study.progress.budget.trials} aria-label="Trials finished" />
                <span class="row muted">
                  <span>
                    {study.progress.trials} of {study.progress.budget.trials} trials
                  </span>
                  <span>{study.hypervolume !== null && `hypervolume ${study.hypervolume.toFixed(4)}`}</span>
                  <time dateTime={study.created_at}>{formatWhen(study.created_at)}</time>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
