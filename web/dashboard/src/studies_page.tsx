// The list of studies, newest first, with how far each has come.
import { useEffect, useState } from "preact/hooks";
import { listStudies, TokenNeeded } from "./api";
import { formatWhen, metricLabel } from "./format";
import { Login } from "./login";
import type { Study } from "./model";

const REFRESH_MS = 3000;

export function StudiesPage() {
  const [studies, setStudies] = useState<Study[] | null>(null);
  const [error, setError] = useState("");
  const [needsToken, setNeedsToken] = useState(false);
  const [login, setLogin] = useState(0);

  useEffect(() => {
    let timer = 0;
    let gone = false;
    const refresh = async () => {
      try {
        const found = await listStudies();
        if (gone) return;
        setStudies(found);
        setError("");
        setNeedsToken(false);
      } catch (failure) {
        if (gone) return;
        if (failure instanceof TokenNeeded) return setNeedsToken(true);
        setError("The server does not answer. This page tries again by itself; is quarry serve still running?");
      }
      if (!gone) timer = window.setTimeout(refresh, REFRESH_MS);
    };
    refresh();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [login]);

  if (needsToken) return <Login onDone={() => setLogin(login + 1)} />;
  return (
    <main>
      <header class="study-head">
        <h1>Studies</h1>
      </header>
      {error && <p class="notice error">{error}</p>}
      {studies?.length === 0 && (
        <div class="card empty-page">
          <h2>No study yet</h2>
          <p>A study searches a supernet for networks that are accurate, fast and small on this machine. Start one from a shell:</p>
          <pre>quarry submit --supernet fashion_vit --objective accuracy --objective latency_ms --trials 100 --watch</pre>
          <p class="muted">or POST its JSON to /v1/studies; /v1/catalog lists what can be asked for.</p>
        </div>
      )}
      {studies && studies.length > 0 && (
        <ul class="studies">
          {studies.map((study) => (
            <li key={study.id}>
              <a class="card" href={`#/studies/${study.id}`}>
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
    </main>
  );
}
