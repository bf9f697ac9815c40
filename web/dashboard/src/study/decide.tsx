// Which network to take: bounds and a wish in, the server's choice and its sentence out.
import { useEffect, useState } from "preact/hooks";
import { askFront } from "../app/api";
import type { FrontChoice, Objective } from "../app/model";
import { inUnit, metricLabel, metricUnit } from "../parts/format";

interface DecideProps {
  id: string;
  objectives: Objective[];
  /** Grows with every change of the front: the answer is asked for anew. */
  version: string;
  onSelect: (trial: number | null) => void;
}

/** The value in the metric's own unit, of one in the unit that is shown. */
function fromUnit(metric: string, shown: number): number {
  return shown / inUnit(metric, 1);
}

function labelOf(metric: string): string {
  const unit = metricUnit(metric);
  return `${metricLabel(metric)}${unit ? `, ${unit}` : ""}`;
}

export function Decide({ id, objectives, version, onSelect }: DecideProps) {
  const [wish, setWish] = useState("knee");
  const [bounds, setBounds] = useState<Record<string, string>>({});
  const [loss, setLoss] = useState("");
  const [choice, setChoice] = useState<FrontChoice | null>(null);
  const [error, setError] = useState("");
  const accuracy = objectives.find(({ metric }) => metric === "accuracy");

  useEffect(() => {
    const where = objectives
      .filter(({ metric }) => bounds[metric]?.trim() && Number.isFinite(Number(bounds[metric])))
      .map(({ metric, goal }) => `${metric}${goal === "maximize" ? ">=" : "<="}${fromUnit(metric, Number(bounds[metric]))}`);
    const question: Record<string, string> = wish === "knee" ? { knee: "true" } : { best: wish };
    if (where.length) question.where = where.join(",");
    if (wish !== "knee" && wish !== "accuracy" && Number(loss) > 0) question.within = `accuracy:${loss}%`;
    let gone = false;
    const timer = window.setTimeout(() => {
      askFront(id, question).then(
        (answer) => {
          if (gone) return;
          setChoice(answer);
          setError("");
        },
        (failure: Error) => !gone && setError(failure.message),
      );
    }, 200);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [id, version, wish, bounds, loss]);

  return (
    <section class="card decide" aria-label="Decide">
      <h2>Which one?</h2>
      <div class="fields">
        <label>
          Take
          <select value={wish} onChange={(event) => setWish(event.currentTarget.value)}>
            <option value="knee">the knee of the front</option>
            {objectives.map(({ metric, goal }) => (
              <option key={metric} value={metric}>
                the {goal === "maximize" ? "highest" : "lowest"} {metricLabel(metric).toLowerCase()}
              </option>
            ))}
          </select>
        </label>
        {objectives.map(({ metric, goal }) => (
          <label key={metric}>
            {labelOf(metric)}, at {goal === "maximize" ? "least" : "most"}
            <input
              inputMode="decimal"
              value={bounds[metric] ?? ""}
              onInput={(event) => setBounds({ ...bounds, [metric]: event.currentTarget.value })}
            />
          </label>
        ))}
        {accuracy && wish !== "knee" && wish !== "accuracy" && (
          <label>
            Accuracy may lose, % of the best
            <input inputMode="decimal" value={loss} onInput={(event) => setLoss(event.currentTarget.value)} />
          </label>
        )}
      </div>
      {error && (
        <p class="notice error" role="alert">
          {error}
        </p>
      )}
      {!error && choice && (
        <p aria-live="polite" data-testid="choice">
          {choice.sentence}{" "}
          {choice.number !== null && (
            <button type="button" onClick={() => onSelect(choice.number)}>
              Show trial {choice.number}
            </button>
          )}
        </p>
      )}
    </section>
  );
}
