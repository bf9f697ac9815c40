// Sections of the form: what is searched, for what, and within which bounds.
import type { Goal, Supernet } from "../app/model";
import { Field, SelectField, TextField } from "../parts/field";
import { formatCount } from "../parts/format";
import { replaced, Section, type SectionProps, without } from "./section";

export function WhatSection({ form, change, errorsAt, supernets }: SectionProps & { supernets: Supernet[] }) {
  const chosen = supernets.find(({ name }) => name === form.supernet);
  return (
    <Section title="What">
      <div class="form-grid">
        <SelectField
          label="Supernet"
          wide
          value={form.supernet}
          onChange={(supernet) => change({ supernet, fixed: [], precisions: [] })}
          errors={errorsAt("/supernet")}
          choices={[["", "choose one"], ...supernets.map(({ name }): [string, string] => [name, name])]}
          help={
            chosen ? (
              <>
                {chosen.summary?.replace(/\.?$/, ".")} {formatCount(chosen.canonical_size ?? chosen.raw_size ?? 0)} networks, {chosen.genes.length} genes;{" "}
                {chosen.has_weights ? "with weights, so that its accuracy can be measured here" : "without weights: its accuracy comes from a predictor, a table or your own program"}.
              </>
            ) : (
              "The space that is searched."
            )
          }
        />
        <TextField label="Name" value={form.name} onChange={(name) => change({ name })} errors={errorsAt("/name")} help="For people; left out, the server gives one." />
        <TextField label="Tags" value={form.tags} onChange={(tags) => change({ tags })} errors={errorsAt("/tags")} help="To find it again; commas between." />
      </div>
    </Section>
  );
}

export function ObjectivesSection({ form, catalog, change, errorsAt }: SectionProps) {
  const rows = form.objectives;
  const left = catalog.metrics.filter(({ name }) => !rows.some(({ metric }) => metric === name));
  const most = catalog.algorithms.find(({ name }) => name === form.algorithm.name)?.max_objectives ?? 8;
  const goalOf = (metric: string): Goal => catalog.metrics.find(({ name }) => name === metric)?.goal ?? "minimize";
  return (
    <Section title="Objectives" note="What a network should be good at. Two or three make a front to choose from; a reference, else drawn from the first trials, bounds the hypervolume and makes it comparable between studies.">
      {rows.map(({ metric, goal, reference }, i) => (
        <div key={i} class="form-row" role="group" aria-label={`Objective ${i + 1}`}>
          <SelectField
            label="Metric"
            value={metric}
            onChange={(changed) => change({ objectives: replaced(rows, i, { metric: changed, goal: goalOf(changed) }) })}
            errors={errorsAt(`/objectives/${i}/metric`)}
            help={catalog.metrics.find(({ name }) => name === metric)?.summary}
            choices={catalog.metrics.map(({ name }) => [name, name])}
          />
          <SelectField
            label="Direction"
            value={goal}
            onChange={(changed) => change({ objectives: replaced(rows, i, { goal: changed as Goal }) })}
            errors={errorsAt(`/objectives/${i}/goal`)}
            choices={[["maximize", "maximize"], ["minimize", "minimize"]]}
          />
          <TextField
            label="Reference"
            value={reference}
            onChange={(changed) => change({ objectives: replaced(rows, i, { reference: changed }) })}
            errors={errorsAt(`/objectives/${i}/reference`)}
            input={{ placeholder: "automatic", inputMode: "decimal" }}
          />
          <button type="button" class="quiet" disabled={rows.length < 2} aria-label={`Remove objective ${i + 1}`} onClick={() => change({ objectives: without(rows, i) })}>
            ✕
          </button>
        </div>
      ))}
      <Errors of={errorsAt("/objectives")} />
      <button
        type="button"
        disabled={!left.length || rows.length >= most}
        onClick={() => change({ objectives: [...rows, { metric: left[0]!.name, goal: left[0]!.goal, reference: "" }] })}
      >
        Add an objective
      </button>
    </Section>
  );
}

export function ConstraintsSection({ form, catalog, change, errorsAt }: SectionProps) {
  const rows = form.constraints;
  return (
    <Section title="Constraints" note="A network beyond a bound is infeasible: measured, shown, never on the front.">
      {rows.map(({ metric, min, max }, i) => (
        <div key={i} class="form-row" role="group" aria-label={`Constraint ${i + 1}`}>
          <SelectField
            label="Metric"
            value={metric}
            onChange={(changed) => change({ constraints: replaced(rows, i, { metric: changed }) })}
            errors={errorsAt(`/constraints/${i}/metric`)}
            choices={catalog.metrics.map(({ name }) => [name, name])}
          />
          {(["min", "max"] as const).map((end) => (
            <TextField
              key={end}
              label={end === "min" ? "At least" : "At most"}
              value={end === "min" ? min : max}
              onChange={(changed) => change({ constraints: replaced(rows, i, { [end]: changed }) })}
              errors={errorsAt(`/constraints/${i}/${end}`)}
              input={{ inputMode: "decimal" }}
            />
          ))}
          <button type="button" class="quiet" aria-label={`Remove constraint ${i + 1}`} onClick={() => change({ constraints: without(rows, i) })}>
            ✕
          </button>
        </div>
      ))}
      <Errors of={errorsAt("/constraints")} />
      <button type="button" onClick={() => change({ constraints: [...rows, { metric: "latency_ms", min: "", max: "" }] })}>
        Add a constraint
      </button>
    </Section>
  );
}

export function BudgetSection({ form, change, errorsAt }: SectionProps) {
  return (
    <Section title="Budget">
      <div class="form-grid">
        <TextField label="Trials" value={form.trials} onChange={(trials) => change({ trials })} errors={errorsAt("/budget/trials")} input={{ inputMode: "numeric" }} help="Networks that are measured, at most." />
        <TextField label="Minutes" value={form.minutes} onChange={(minutes) => change({ minutes })} errors={errorsAt("/budget/seconds")} input={{ inputMode: "decimal", placeholder: "no limit" }} help="Of searching, at most; pauses do not count." />
        <TextField label="Seed" value={form.seed} onChange={(seed) => change({ seed })} errors={errorsAt("/seed")} input={{ inputMode: "numeric", placeholder: "42" }} help="Same seed and measurements, same trials." />
      </div>
      <Errors of={errorsAt("/budget")} />
    </Section>
  );
}

export function Errors({ of }: { of: string[] }) {
  return of.length ? <p class="field-error">{of.join("; ")}</p> : null;
}

export function NotesField({ form, change, errorsAt }: SectionProps) {
  return (
    <Field label="Notes" wide errors={errorsAt("/notes")}>
      {(tied) => <textarea {...tied} rows={3} value={form.notes} onInput={(event) => change({ notes: event.currentTarget.value })} />}
    </Field>
  );
}
