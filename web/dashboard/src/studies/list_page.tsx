// The list of studies, newest first, with how far each has come. What it is filtered by is in the address.
import { useState } from "preact/hooks";
import { getAll } from "../app/api";
import type { Study } from "../app/model";
import { link, useQuery } from "../app/router";
import { useMayChange } from "../app/session";
import { useAnswer } from "../parts/ask";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatDuration, formatWhen, metricLabel } from "../parts/format";
import { NewLink } from "../parts/new_link";
import { PageHead } from "../parts/page_head";
import { Spark } from "../parts/spark";
import { useSparks } from "./sparks";
import { StudyMenu } from "./study_menu";
import "./studies.css";

const REFRESH_MS = 3000;
const AT_FIRST = 60;

// States as a user thinks of them; the address keeps the word.
const KINDS: Record<string, Study["state"][]> = {
  active: ["queued", "running", "pausing", "stopping"],
  paused: ["draft", "paused"],
  completed: ["completed"],
  failed: ["failed", "cancelled"],
};

function matches(study: Study, text: string, kind: string, tag: string): boolean {
  const words = [study.name, study.spec.supernet, study.spec.algorithm.name, ...(study.tags ?? [])].join(" ").toLowerCase();
  return (
    (!KINDS[kind] || KINDS[kind].includes(study.state)) &&
    (!tag || (study.tags ?? []).includes(tag)) &&
    text.toLowerCase().split(/\s+/).every((word) => words.includes(word))
  );
}

export function StudiesPage() {
  const { value: studies, error, again } = useAnswer(() => getAll<Study>("/v1/studies"), [], REFRESH_MS);
  const [failure, setFailure] = useState<Error | null>(null);
  const [text, setText] = useQuery("q");
  const [kind, setKind] = useQuery("state");
  const [tag, setTag] = useQuery("tag");
  const [limit, setLimit] = useState(AT_FIRST);
  const mayChange = useMayChange();
  const found = (studies ?? []).filter((study) => matches(study, text, kind, tag));
  const shown = found.slice(0, limit);
  const sparks = useSparks(shown);
  const tags = [...new Set((studies ?? []).flatMap((study) => study.tags ?? []))].sort();
  return (
    <>
      <PageHead title="Studies">
        <NewLink href={link(["studies", "new"])}>New study</NewLink>
      </PageHead>
      <ErrorBox error={error ?? failure} />
      {studies?.length === 0 && <NoStudy mayChange={mayChange} />}
      {studies && studies.length > 0 && (
        <>
          <div class="filters" role="search">
            <input type="search" aria-label="Search studies" placeholder="Name, supernet, algorithm or tag" value={text} onInput={(event) => setText(event.currentTarget.value)} />
            <div class="choices" role="group" aria-label="State">
              {["", ...Object.keys(KINDS)].map((name) => (
                <button key={name} type="button" aria-pressed={kind === name} onClick={() => setKind(name)}>
                  {name || "all"}
                </button>
              ))}
            </div>
            {tags.map((name) => (
              <button key={name} type="button" class="chip" aria-pressed={tag === name} onClick={() => setTag(tag === name ? "" : name)}>
                {name}
              </button>
            ))}
          </div>
          {!found.length && (
            <p class="muted">
              None of the {studies.length} studies is like that.{" "}
              <a class="linklike" href="#/studies">
                Show all
              </a>
            </p>
          )}
          <ul class="studies">
            {shown.map((study) => (
              <StudyCard key={study.id} study={study} spark={sparks.get(study.id)}>
                {mayChange && (
                  <StudyMenu
                    study={study}
                    onChanged={() => {
                      setFailure(null);
                      again();
                    }}
                    onFailed={setFailure}
                  />
                )}
              </StudyCard>
            ))}
          </ul>
          {found.length > limit && (
            <button type="button" class="more" onClick={() => setLimit(limit * 2)}>
              Show more of {found.length} studies
            </button>
          )}
        </>
      )}
    </>
  );
}

function NoStudy({ mayChange }: { mayChange: boolean }) {
  return (
    <Empty title="No study yet">
      <p>A study searches a supernet for networks that are accurate, fast and small on this machine, and measures each that it proposes.</p>
      {mayChange && (
        <p>
          <a href={link(["studies", "new"], { supernet: "fashion_vit" })}>Start one by a form</a>, or from a shell:
        </p>
      )}
      <pre>quarry submit --supernet fashion_vit --objective accuracy --objective latency_ms --trials 100 --watch</pre>
      <p>
        Other spaces are on <a href="#/supernets">the supernets' page</a>; results that you have already come in by <a href="#/measurements">measurements</a>.
      </p>
    </Empty>
  );
}

function StudyCard({ study, spark, children }: { study: Study; spark: number[] | undefined; children: preact.ComponentChildren }) {
  const { trials, budget, elapsed_s: elapsed, eta_s: eta } = study.progress;
  return (
    <li class="card study-card">
      <div class="row">
        <h2>
          <a href={link(["studies", study.id])}>{study.name}</a>
        </h2>
        <span class="actions">
          <span class={`pill ${study.state}`}>{study.state}</span>
          {children}
        </span>
      </div>
      <p class="muted">
        {study.spec.supernet} · {study.spec.algorithm.name} · {study.spec.objectives.map(({ metric }) => metricLabel(metric)).join(", ")}
      </p>
      <progress value={trials} max={budget.trials} aria-label="Trials finished" />
      <div class="row muted">
        <span>
          {trials.toLocaleString()} of {budget.trials.toLocaleString()} trials
        </span>
        <span>{study.state === "running" && eta !== null ? `${formatDuration(eta)} left` : elapsed > 0 && `${formatDuration(elapsed)} of searching`}</span>
      </div>
      <div class="row spark-row muted">
        {spark && spark.length > 0 ? <Spark values={spark} label={`Hypervolume of ${study.name} over its trials`} /> : <span />}
        <span>{study.hypervolume === null ? "no hypervolume yet" : `hypervolume ${study.hypervolume.toFixed(4)}`}</span>
      </div>
      <div class="row muted">
        <span>
          {(study.tags ?? []).map((name) => (
            <span key={name} class="chip small">
              {name}
            </span>
          ))}
        </span>
        <time dateTime={study.created_at}>{formatWhen(study.created_at)}</time>
      </div>
    </li>
  );
}
