// Which network to take: bounds and a wish in; the choice, the sentence that justifies it and how sure it is out. The best, the knee and "within so much of
// the best" are chosen by the server; weights and a target, which are nobody's but the user's, by choose.ts.
import { useEffect, useMemo, useState } from "preact/hooks";
import { askFront, get, post, studyPath } from "../app/api";
import type { FrontChoice, Objective, Study, Trial } from "../app/model";
import { link } from "../app/router";
import { useMayChange } from "../app/session";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { MetricSelect } from "../parts/metric_select";
import { ExportLinks, useCard } from "../trial/export_card";
import { formatSpread } from "../trial/numbers";
import { byTarget, byWeights, doubtsOf, rangesOf, satisfying, whereOf } from "./choose";
import "./decide.css";

interface DecideProps {
  id: string;
  objectives: Objective[];
  /** Grows with every change of the front: the answer is asked for anew. */
  version: string;
  /** The server has taken on to measure again. */
  onActed: () => void;
}

const WISHES = { knee: "the knee", best: "the best in one metric", within: "the best that loses little of another", weights: "by weights", target: "nearest to a target" };
type Wish = keyof typeof WISHES;

const NONE: Record<string, string> = {}; // weights and targets ask the server nothing
const ASK_MS = 150; // a slider that moves asks once it rests
const STEPS = 200; // of a slider

export function Decide({ id, objectives, version, onActed }: DecideProps) {
  const first = objectives[0]?.metric ?? "";
  const cheap = objectives.find(({ goal }) => goal === "minimize")?.metric ?? first;
  const [wish, setWish] = useState<Wish>("knee");
  const [best, setBest] = useState(cheap);
  const [kept, setKept] = useState(objectives.find(({ metric }) => metric !== cheap)?.metric ?? first);
  const [loss, setLoss] = useState(0.5);
  const [bounds, setBounds] = useState<Record<string, number>>({});
  const [weights, setWeights] = useState<Record<string, number>>({});
  const [target, setTarget] = useState<Record<string, number>>({});
  const members = useFront(id, version);
  const ranges = useMemo(() => rangesOf(members, objectives), [members, objectives]);
  const question = useMemo(() => {
    const asked: Record<string, string> = wish === "knee" ? { knee: "true" } : { best };
    const where = whereOf(bounds, objectives);
    if (where) asked.where = where;
    if (wish === "within") asked.within = `${kept}:${loss}%`;
    return asked;
  }, [wish, best, kept, loss, bounds, objectives]);
  const own = wish === "weights" || wish === "target";
  const served = useChoice(id, version, own ? null : question);
  const left = useMemo(() => satisfying(members, bounds, objectives), [members, bounds, objectives]);
  const mine = useMemo(
    () => (wish === "weights" ? byWeights(left, objectives, ranges, weights) : wish === "target" ? byTarget(left, objectives, ranges, target) : null),
    [wish, left, objectives, ranges, weights, target],
  );
  const choice = own ? mine : served.choice;
  const metrics = objectives.map(({ metric }) => metric);

  return (
    <section class="card decide" aria-label="Decide">
      <header class="card-head">
        <h2>Which one?</h2>
        <span class="muted" data-testid="left">
          {members.length > 0 && `${left.length} of ${members.length} members of the front are within the bounds`}
        </span>
      </header>
      <div class="decide-parts">
        <fieldset>
          <legend>Take</legend>
          <div class="wishes" role="radiogroup" aria-label="Take">
            {(Object.keys(WISHES) as Wish[]).map((each) => (
              <label key={each} class={each === wish ? "on" : ""}>
                <input type="radio" name={`wish-${id}`} checked={each === wish} onChange={() => setWish(each)} /> {WISHES[each]}
              </label>
            ))}
          </div>
          {(wish === "best" || wish === "within") && <MetricSelect label="Best in" value={best} metrics={metrics} onChange={setBest} />}
          {wish === "within" && (
            <>
              <MetricSelect label="that loses little" value={kept} metrics={metrics} onChange={setKept} />
              <Slider label={`At most, % of the best ${metricLabel(kept).toLowerCase()}`} value={loss} low={0} high={20} step={0.1} shown={`${loss.toFixed(1)} %`} onChange={setLoss} />
            </>
          )}
          {wish === "weights" &&
            objectives.map(({ metric }) => (
              <Slider
                key={metric}
                label={`Weight of ${metricLabel(metric).toLowerCase()}`}
                value={weights[metric] ?? 1}
                low={0}
                high={5}
                step={0.1}
                shown={(weights[metric] ?? 1).toFixed(1)}
                onChange={(value) => setWeights({ ...weights, [metric]: value })}
              />
            ))}
          {wish === "target" &&
            objectives.map(({ metric, goal }) => {
              const range = ranges[metric];
              if (!range) return null;
              const value = target[metric] ?? (goal === "maximize" ? range.high : range.low);
              return <RangeSlider key={metric} label={`Wished ${metricLabel(metric).toLowerCase()}`} metric={metric} range={range} value={value} onChange={(to) => setTarget({ ...target, [metric]: to })} />;
            })}
        </fieldset>
        <fieldset>
          <legend>Bounds</legend>
          {objectives.map(({ metric, goal }) => {
            const range = ranges[metric];
            if (!range) return null;
            const loose = goal === "maximize" ? range.low : range.high;
            return (
              <RangeSlider
                key={metric}
                label={`${metricLabel(metric)}, at ${goal === "maximize" ? "least" : "most"}`}
                metric={metric}
                range={range}
                value={bounds[metric] ?? loose}
                any={bounds[metric] === undefined}
                onChange={(value) => {
                  const next = { ...bounds };
                  if (value === loose) delete next[metric];
                  else next[metric] = value;
                  setBounds(next);
                }}
              />
            );
          })}
        </fieldset>
        <Answer id={id} choice={choice} error={own ? null : served.error} members={members} objectives={objectives} question={own ? NONE : question} onActed={onActed} />
      </div>
    </section>
  );
}

// ------------------------------------------------------------------ what is asked

function useFront(id: string, version: string): Trial[] {
  const [members, setMembers] = useState<Trial[]>([]);
  useEffect(() => {
    let gone = false;
    // A front grows in bursts while a study begins.
    const timer = setTimeout(() => {
      get<{ items: Trial[] }>(studyPath(id, "/front?page_size=1000")).then(
        ({ items }) => !gone && setMembers(items),
        () => {}, // the answer below says why
      );
    }, ASK_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, version]);
  return members;
}

function useChoice(id: string, version: string, question: Record<string, string> | null) {
  const [answer, setAnswer] = useState<{ choice: FrontChoice | null; error: Error | null }>({ choice: null, error: null });
  useEffect(() => {
    if (!question) return;
    let gone = false;
    const timer = setTimeout(() => {
      askFront(id, question).then(
        (choice) => !gone && setAnswer({ choice, error: null }),
        (error: Error) => !gone && setAnswer({ choice: null, error }),
      );
    }, ASK_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, version, question]);
  return answer;
}

// ------------------------------------------------------------------ sliders

interface SliderProps {
  label: string;
  value: number;
  low: number;
  high: number;
  step: number;
  shown: string;
  onChange: (value: number) => void;
}

function Slider({ label, value, low, high, step, shown, onChange }: SliderProps) {
  return (
    <label class="slider">
      <span>{label}</span>
      <span class="shown">{shown}</span>
      <input type="range" min={low} max={high} step={step} value={value} aria-valuetext={shown} onInput={(event) => onChange(Number(event.currentTarget.value))} />
    </label>
  );
}

interface RangeSliderProps {
  label: string;
  metric: string;
  range: { low: number; high: number };
  value: number;
  any?: boolean;
  onChange: (value: number) => void;
}

/** Over what the front's members have. In whole steps, so that both ends are reached exactly. */
function RangeSlider({ label, metric, range, value, any, onChange }: RangeSliderProps) {
  const { low, high } = range;
  const at = high > low ? Math.round(((value - low) / (high - low)) * STEPS) : 0;
  const to = (step: number) => (step === 0 ? low : step === STEPS ? high : low + ((high - low) * step) / STEPS);
  return (
    <Slider label={label} value={at} low={0} high={STEPS} step={1} shown={any ? "any" : shortMetric(metric, value)} onChange={(step) => onChange(to(step))} />
  );
}

function shortMetric(metric: string, value: number): string {
  const unit = metricUnit(metric);
  return `${Number(inUnit(metric, value).toPrecision(4))}${unit ? ` ${unit}` : ""}`;
}

// ------------------------------------------------------------------ the answer

interface AnswerProps {
  id: string;
  choice: FrontChoice | null;
  error: Error | null;
  members: Trial[];
  objectives: Objective[];
  question: Record<string, string>;
  onActed: () => void;
}

function Answer({ id, choice, error, members, objectives, question, onActed }: AnswerProps) {
  const chosen = choice && choice.number !== null ? members.find(({ number }) => number === choice.number) : undefined;
  return (
    <div class="answer">
      <ErrorBox error={error} />
      {!error && choice && (
        <p class="sentence" aria-live="polite" data-testid="choice">
          {choice.sentence}
        </p>
      )}
      {choice && chosen && (
        <>
          <dl class="tiles chosen">
            {objectives.map(({ metric }) => {
              const measured = chosen.metrics[metric];
              return (
                measured && (
                  <div key={metric}>
                    <dt class="muted">{metricLabel(metric)}</dt>
                    <dd>
                      <strong>{formatMetric(metric, measured.value)}</strong>
                      {measured.spread > 0 && <span class="muted"> ± {formatSpread(metric, measured.spread)}</span>}
                    </dd>
                  </div>
                )
              );
            })}
          </dl>
          <Confidence id={id} choice={choice} chosen={chosen} members={members} objectives={objectives} isKnee={question.knee === "true"} />
          <div class="actions">
            <a class="button primary" href={link(["studies", id, "trials", chosen.number])}>
              Open trial {chosen.number}
            </a>
          </div>
          <ConfirmFront id={id} question={question} onActed={onActed} />
          <Exports id={id} number={chosen.number} />
        </>
      )}
    </div>
  );
}

interface ConfidenceProps {
  id: string;
  choice: FrontChoice;
  chosen: Trial;
  members: Trial[];
  objectives: Objective[];
  isKnee: boolean;
}

/** Who might be the answer as well. A knee is a shape of the whole front: it moves with every number that is not certain. */
function Confidence({ id, choice, chosen, members, objectives, isKnee }: ConfidenceProps) {
  const doubts = doubtsOf(chosen, members, objectives);
  const twins = choice.indistinguishable;
  const certain = isKnee ? doubts.length === 0 : twins.length === 0;
  return (
    <div class="confidence" data-testid="confidence">
      <p>
        {certain ? (
          <>
            <strong>Certain</strong> at 95 %: {isKnee ? "it is told from every other member in every objective." : "no other member comes within the intervals of it."}
          </>
        ) : isKnee ? (
          <>
            <strong>Not certain</strong>: the knee moves with the measurements, and some are not told apart.
          </>
        ) : (
          <>
            <strong>Not certain</strong>: {twins.length === 1 ? "trial" : "trials"}{" "}
            {twins.slice(0, 8).map((number, at) => (
              <>
                {at > 0 && ", "}
                <a href={link(["compare"], { a: `${id}:${chosen.number}`, b: `${id}:${number}` })}>{number}</a>
              </>
            ))}
            {twins.length > 8 && ` and ${twins.length - 8} more`} may be as good.
          </>
        )}
      </p>
      {doubts.map(({ metric, twins: others }) => (
        <p key={metric} class="muted">
          {metricLabel(metric)}: cannot be told from {others.length} of the {members.length - 1} others.
        </p>
      ))}
    </div>
  );
}

function Exports({ id, number }: { id: string; number: number }) {
  const { value: card } = useCard(id, number);
  return card && <ExportLinks study={id} number={number} formats={card.formats} />;
}

/** Has the chosen one, and whoever cannot be told from it, measured again; of a user's own weights or target, all that cannot be told apart. */
function ConfirmFront({ id, question, onActed }: { id: string; question: Record<string, string>; onActed: () => void }) {
  const [repeats, setRepeats] = useState(10);
  const [said, setSaid] = useState("");
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    setSaid("");
    setError(null);
  }, [question]);
  if (!useMayChange()) return null;
  const confirm = () => {
    setError(null);
    post<Study>(studyPath(id, ":confirm"), confirmation(question, repeats)).then(({ state }) => {
      setSaid(`The study is ${state}.`);
      onActed();
    }, setError);
  };
  return (
    <>
      <div class="actions">
        <button type="button" onClick={confirm} title="Spends measurements on exactly those members that cannot be told apart at 95 %">
          Confirm by measuring again
        </button>
        <label class="field">
          up to
          <input type="number" class="short" min={1} max={1000} value={repeats} onChange={(event) => setRepeats(Math.min(1000, Math.max(1, Math.trunc(Number(event.currentTarget.value)) || 1)))} />
          times each
        </label>
        <span class="muted" aria-live="polite" data-testid="confirmed">
          {said}
        </span>
      </div>
      <ErrorBox error={error} />
    </>
  );
}

function confirmation({ where, knee, ...question }: Record<string, string>, repeats: number) {
  return { repeats, ...question, ...(knee ? { knee: true } : {}), ...(where ? { where: where.split(",") } : {}) };
}
