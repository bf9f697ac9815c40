// One operator: what it computes, what it weighs, and the steps that it was compiled to.
import type { NetworkOperator } from "../../generated/openapi";
import { formatBytes } from "../parts/format";
import { formatMs, shortCount } from "./numbers";

interface OperatorCardProps {
  operator: NetworkOperator;
  operators: NetworkOperator[];
  onClose: () => void;
}

export function OperatorCard({ operator, operators, onClose }: OperatorCardProps) {
  const inputs = operator.inputs.map((place) => operators[place]?.name ?? "the network's input");
  const attributes = Object.entries(operator.attributes).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  return (
    <section class="card" aria-label={`Operator ${operator.name}`} data-testid="operator">
      <header class="card-head">
        <h2>{operator.name}</h2>
        <span class="muted">{operator.kind.replaceAll("_", " ")}</span>
        <span class="spacer" />
        <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
          ✕
        </button>
      </header>
      <dl class="facts">
        <dt>precision</dt>
        <dd>
          {operator.precision}
          {operator.scheme && `, weights ${operator.scheme.weights} per ${operator.scheme.per}`}
        </dd>
        <dt>reads</dt>
        <dd>{inputs.length ? inputs.join(", ") : "what earlier steps left in memory"}</dd>
        <dt>makes</dt>
        <dd>{operator.output.join(" × ")}</dd>
        {attributes.length > 0 && (
          <>
            <dt>with</dt>
            <dd>{attributes.join(", ")}</dd>
          </>
        )}
        <dt>costs</dt>
        <dd>
          {shortCount(operator.macs)} MACs, {shortCount(operator.params)} parameters in {formatBytes(operator.model_size_bytes)}
        </dd>
        <dt>takes</dt>
        <dd>
          {operator.steps.length === 0
            ? "no step of its own: another operator's does it on the way"
            : operator.time_ms === null
              ? "not known"
              : `${formatMs(operator.time_ms)}${operator.estimated ? ", in part estimated" : ""}`}
        </dd>
      </dl>
      {operator.steps.length > 0 && (
        <div class="scroll" role="region" aria-label="Steps" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col" class="right">
                  Time
                </th>
                <th scope="col" class="right">
                  Moves
                </th>
                <th scope="col">Implementation</th>
                <th scope="col">Shape</th>
              </tr>
            </thead>
            <tbody>
              {operator.steps.map((step) => (
                <tr key={`${step.step} ${step.kind} ${step.shape}`}>
                  <td>{step.step}</td>
                  <td class="right">{step.time_ms === undefined ? "–" : `${step.networks === 0 ? "≈ " : ""}${formatMs(step.time_ms)}`}</td>
                  <td class="right">{formatBytes(step.bytes)}</td>
                  <td>
                    <code>{step.implementation}</code>
                  </td>
                  <td>
                    <code>{step.shape}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
