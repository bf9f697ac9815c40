// Two trials side by side with their differences marked: #/compare?a=STUDY:NUMBER&b=STUDY:NUMBER
import { useEffect, useState } from "preact/hooks";
import { get, getAll, getStudy, studyPath } from "../app/api";
import type { Goal, Study, Trial, TrialNetwork } from "../app/model";
import { changeQuery, link, useQuery } from "../app/router";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, metricLabel } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { PolicyLegend, PolicyStrip } from "../parts/policy_strip";
import { geneDifferences, metricDifferences, operatorDifferences, type OperatorDifference, type Verdict } from "./differences";
import { metricsInOrder } from "./metrics_card";
import { formatMs, formatSpread } from "./numbers";
import { shortFacts } from "./network_model";
import "./trial.css";

interface Side {
  study: Study;
  trial: Trial;
  network: TrialNetwork;
}

function parsePlace(text: string): { study: string; number: number } | null {
  const match = /^(.+):(\d+)$/.exec(text);
  return match ? { study: match[1]!, number: Number(match[2]) } : null;
}

async function fetchSide(text: string): Promise<Side | null> {
  const place = parsePlace(text);
  if (!place) return null;
  const { study, number } = place;
  const path = studyPath(study, `/trials/${number}`);
  const [of, trial, network] = await Promise.all([getStudy(study), get<Trial>(path), get<TrialNetwork>(`${path}/network`)]);
  return { study: of, trial, network };
}

export function ComparePage() {
  const [a] = useQuery("a");
  const [b] = useQuery("b");
  const left = useAnswer(() => fetchSide(a), [a]);
  const right = useAnswer(() => fetchSide(b), [b]);
  const { value: studies } = useAnswer(() => getAll<Study>("/v1/studies"), []);
  const swap = () => changeQuery({ a: b, b: a });
  return (
    <>
      <PageHead title="Compare" note="Two trials, their differences marked" back={["#/studies", "Studies"]}>
        <button type="button" onClick={swap} disabled={!a || !b}>
          Swap
        </button>
      </PageHead>
      <div class="sides">
        <Picker name="a" value={a} side={left.value} studies={studies ?? []} />
        <Picker name="b" value={b} side={right.value} studies={studies ?? []} />
      </div>
      <ErrorBox error={left.error} />
      <ErrorBox error={right.error} />
      {left.value && right.value && <Comparison a={left.value} b={right.value} />}
    </>
  );
}

interface PickerProps {
  name: "a" | "b";
  value: string;
  side: Side | null;
  studies: Study[];
}

function Picker({ name, value, side, studies }: PickerProps) {
  const place = parsePlace(value);
  const other = parsePlace(useQuery(name === "a" ? "b" : "a")[0]);
  const study = place?.study ?? other?.study ?? "";
  const choose = (of: string, number: number) => changeQuery({ [name]: of ? `${of}:${number}` : null });
  const label = name.toUpperCase();
  // What is being typed is not taken away by what else arrives meanwhile.
  const [typed, setTyped] = useState("");
  useEffect(() => setTyped(place ? String(place.number) : ""), [value]);
  return (
    <section class={`card side side-${name}`} aria-label={`Trial ${label}`}>
      <header class="card-head">
        <span class="letter" aria-hidden="true">
          {label}
        </span>
        <label class="field grow">
          <span>Study</span>
          <select value={study} onChange={(event) => choose(event.currentTarget.value, place?.number ?? 0)}>
            {!study && <option value="">choose one</option>}
            {studies.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
            {study && !studies.some(({ id }) => id === study) && <option value={study}>{study}</option>}
          </select>
        </label>
        <label class="field">
          Trial
          <input
            type="number"
            min={0}
            class="short"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onChange={(event) => event.currentTarget.value !== "" && choose(study, Math.max(0, Math.trunc(Number(event.currentTarget.value))))}
          />
        </label>
      </header>
      {side ? (
        <p>
          <a href={link(["studies", side.study.id, "trials", side.trial.number])}>
            <strong>Trial {side.trial.number}</strong>
          </a>{" "}
          <span class="muted">
            {side.trial.origin.baseline ?? side.trial.origin.how} · {side.study.spec.supernet}
            {side.trial.on_front ? " · on the front" : ""}
          </span>
          <br />
          <PolicyStrip policy={side.trial.policy} />
        </p>
      ) : (
        <p class="muted">{value ? "Loading…" : "Choose a study and the number of a trial."}</p>
      )}
    </section>
  );
}

const WORDS: Record<Verdict, string> = { a: "A is better", b: "B is better", equal: "equal", unknown: "cannot be told at 95 %", "": "" };

function Comparison({ a, b }: { a: Side; b: Side }) {
  return (
    <>
      <Metrics a={a} b={b} />
      <Genes a={a} b={b} />
      <Operators a={a} b={b} />
    </>
  );
}

function Metrics({ a, b }: { a: Side; b: Side }) {
  const goals = new Map<string, Goal>([...a.study.spec.objectives, ...b.study.spec.objectives].map(({ metric, goal }) => [metric, goal]));
  const names = [...new Set([...metricsInOrder(a.trial, a.study.spec.objectives), ...metricsInOrder(b.trial, b.study.spec.objectives)])];
  const rows = metricDifferences(names, a.trial, b.trial, goals);
  const cell = (metric: string, measured: { value: number; spread: number } | undefined) =>
    measured ? (
      <>
        {formatMetric(metric, measured.value)} {measured.spread > 0 && <small class="muted">± {formatSpread(metric, measured.spread)}</small>}
      </>
    ) : (
      "–"
    );
  return (
    <section class="card compared" aria-labelledby="compare-metrics">
      <header class="card-head">
        <h2 id="compare-metrics">Metrics</h2>
      </header>
      <div class="scroll" role="region" aria-label="Metrics of both" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" class="right">
                A
              </th>
              <th scope="col" class="right">
                B
              </th>
              <th scope="col" class="right">
                B against A
              </th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ metric, a: left, b: right, verdict, mixed }) => (
              <tr key={metric} class={verdict === "a" || verdict === "b" ? "differs" : ""}>
                <th scope="row">{metricLabel(metric)}</th>
                <td class={`right${verdict === "a" ? " better" : ""}`}>{cell(metric, left)}</td>
                <td class={`right${verdict === "b" ? " better" : ""}`}>{cell(metric, right)}</td>
                <td class="right">{left && right && left.value !== 0 ? `${right.value >= left.value ? "+" : "−"}${Math.abs(100 * (right.value / left.value - 1)).toFixed(1)} %` : "–"}</td>
                <td>{mixed ? "of two machines" : WORDS[verdict]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Genes({ a, b }: { a: Side; b: Side }) {
  const [all, setAll] = useState(false);
  const rows = geneDifferences(a.trial.config, b.trial.config);
  const different = rows.filter(({ differs }) => differs);
  const shown = all ? rows : different;
  return (
    <section class="card compared" aria-labelledby="compare-genes">
      <header class="card-head">
        <h2 id="compare-genes">Genes</h2>
        <span class="muted" data-testid="gene-differences">
          {different.length} of {rows.length} differ
        </span>
        <span class="spacer" />
        <label class="field">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> equal ones too
        </label>
      </header>
      {shown.length === 0 ? (
        <p class="muted">Every gene is the same.</p>
      ) : (
        <ul class="gene-pairs">
          {shown.map(({ gene, a: left, b: right, differs }) => (
            <li key={gene} class={differs ? "differs" : ""}>
              <span class="muted">{gene}</span>
              <span>
                {left} {differs && <> → {right}</>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Operators({ a, b }: { a: Side; b: Side }) {
  const [all, setAll] = useState(false);
  const [limit, setLimit] = useState(40);
  const phases = a.network.phases.flatMap((phase) => {
    const other = b.network.phases.find(({ name }) => name === phase.name);
    return other ? [{ name: phase.name, rows: operatorDifferences(phase.operators, other.operators) }] : [];
  });
  const rows = phases.flatMap(({ rows: each }) => each);
  const different = rows.filter(({ differs }) => differs);
  const shown = all ? rows : different;
  const timed = rows.some(({ ms }) => ms !== null);
  return (
    <section class="card compared" aria-labelledby="compare-operators">
      <header class="card-head">
        <h2 id="compare-operators">Operators</h2>
        <span class="muted">
          {different.length} of {rows.length} differ
        </span>
        <PolicyLegend />
        <span class="spacer" />
        <label class="field">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> equal ones too
        </label>
      </header>
      {!timed && <p class="help">Their times are not known: {a.network.no_times || b.network.no_times}.</p>}
      <div class="scroll" role="region" aria-label="Operators of both" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Operator</th>
              <th scope="col">A</th>
              <th scope="col">B</th>
              {timed && (
                <th scope="col" class="right">
                  Time, B − A
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, limit).map((row) => (
              <OperatorRow key={row.name} row={row} timed={timed} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > limit && (
        <button type="button" class="more" onClick={() => setLimit(limit * 4)}>
          Show more of {shown.length}
        </button>
      )}
    </section>
  );
}

function OperatorRow({ row, timed }: { row: OperatorDifference; timed: boolean }) {
  const { name, a, b, differs, ms } = row;
  const cell = (operator: typeof a) =>
    operator ? (
      <>
        <i class={`dot ${operator.quantizable ? `p-${operator.precision}` : "p-none"}`} aria-hidden="true" /> {operator.precision} <span class="muted">{shortFacts(operator)}</span>
      </>
    ) : (
      <span class="muted">not there</span>
    );
  return (
    <tr class={differs ? "differs" : ""}>
      <th scope="row">{name}</th>
      <td>{cell(a)}</td>
      <td>{cell(b)}</td>
      {timed && <td class="right">{ms === null || ms === 0 ? "–" : `${ms > 0 ? "+" : "−"}${formatMs(Math.abs(ms))}`}</td>}
    </tr>
  );
}
