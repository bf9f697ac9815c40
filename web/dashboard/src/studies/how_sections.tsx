// Sections of the form: who measures, which algorithm proposes, and what a careful user may also say.
import type { Import, Predictor, Study, Supernet } from "../app/model";
import { SelectField, TextField } from "../parts/field";
import { metricLabel } from "../parts/format";
import { PRECISIONS } from "../parts/policy_strip";
import { type Chosen, defaultEvaluator, evaluatorOf, evaluatorsFor, metricsOf, type Option } from "./form";
import { Errors, NotesField } from "./goal_sections";
import { OptionFields } from "./option_fields";
import { replaced, Section, type SectionProps, without } from "./section";

export interface Brought {
  imports: Import[];
  predictors: Predictor[];
  studies: Study[];
}

// What the user brought is chosen by name, not by typing its id.
function withBrought(options: Option[], evaluator: string, metric: string, supernet: string, { imports, predictors }: Brought): Option[] {
  if (evaluator === "table") {
    const fitting = imports.filter((each) => each.supernet === supernet && (each.metrics as string[] | undefined)?.includes(metric));
    return options.map((option) => (option.name === "import" ? { ...option, allowed: fitting.map(({ id }) => String(id)) } : option));
  }
  if (evaluator !== "predictor") return options;
  const fitting = predictors.filter((each) => each.supernet === supernet && each.metric === metric);
  // The id is filled in by the server.
  return options.filter(({ name }) => name !== "id").map((option) => ({ ...option, allowed: fitting.map(({ name, version }) => `${name}@${version}`) }));
}

function MetricFields({ metric, brought, ...section }: SectionProps & { metric: string; brought: Brought }) {
  const { form, catalog, change, errorsAt } = section;
  const chosen: Chosen = form.evaluators[metric] ?? { name: "", options: {} };
  const entry = evaluatorOf(form, catalog, metric);
  const byDefault = defaultEvaluator(catalog, metric);
  const options = withBrought(entry?.options ?? [], entry?.name ?? "", metric, form.supernet, brought);
  const set = (changed: Chosen) => change({ evaluators: { ...form.evaluators, [metric]: changed } });
  const at = (name: string) => errorsAt(`/metrics/${metric}/${name}`);
  const elsewhere = entry?.name === "onednn" || entry?.name === "external";
  return (
    <div class="subsection" role="group" aria-label={`Measuring ${metric}`}>
      <SelectField
        label={`${metricLabel(metric)} is measured by`}
        value={chosen.name}
        onChange={(name) => set({ name, options: {} })}
        errors={[...at("evaluator"), ...errorsAt(`/metrics/${metric}`)]}
        help={entry ? `${entry.summary}.` : undefined}
        choices={[["", byDefault ? `${byDefault} (default)` : "nobody yet"], ...evaluatorsFor(catalog, metric).map(({ name }): [string, string] => [name, name])]}
      />
      {(options.length > 0 || elsewhere) && (
        <details open={Object.values(chosen.options).some(Boolean) || entry?.name === "table" || entry?.name === "predictor"}>
          <summary>Options</summary>
          <OptionFields options={options} chosen={chosen} onChange={(changed) => set({ ...chosen, options: changed })} errorsAt={at} />
          {elsewhere && (
            <TextField
              label="On workers with the tags"
              value={form.workerTags[metric] ?? ""}
              onChange={(tags) => change({ workerTags: { ...form.workerTags, [metric]: tags } })}
              errors={at("tags")}
              input={{ placeholder: entry?.name === "external" ? "any" : "this machine" }}
              help="As quarry worker --tags has them; commas between."
            />
          )}
        </details>
      )}
    </div>
  );
}

export function MeasuringSection({ brought, ...section }: SectionProps & { brought: Brought }) {
  return (
    <Section title="Measuring" note="Who says how good a network is. Latency is measured with oneDNN on the machine that the worker runs on.">
      {metricsOf(section.form).map((metric) => (
        <MetricFields key={metric} metric={metric} brought={brought} {...section} />
      ))}
      <Errors of={section.errorsAt("/metrics")} />
    </Section>
  );
}

export function AlgorithmSection({ form, catalog, change, errorsAt }: SectionProps) {
  const byDefault = catalog.algorithms[0]!;
  const entry = catalog.algorithms.find(({ name }) => name === form.algorithm.name) ?? byDefault;
  const count = form.objectives.length;
  const fitting = catalog.algorithms.filter(({ max_objectives: most = 8 }) => most >= count);
  return (
    <Section title="Algorithm">
      <SelectField
        label="Who proposes networks"
        value={form.algorithm.name}
        onChange={(name) => change({ algorithm: { name, options: {} } })}
        errors={[...errorsAt("/algorithm/name"), ...errorsAt("/algorithm")]}
        choices={[["", `${byDefault.name} (default)`], ...fitting.map(({ name }): [string, string] => [name, name])]}
        help={
          <>
            {entry.summary}. Choose it {entry.choose}. <span class="paper">{entry.paper !== "none" && entry.paper}</span>
          </>
        }
      />
      {entry.options.length > 0 && (
        <details open={Object.values(form.algorithm.options).some(Boolean)}>
          <summary>Options of {entry.name}</summary>
          <OptionFields
            options={entry.options}
            chosen={form.algorithm}
            onChange={(options) => change({ algorithm: { ...form.algorithm, options } })}
            errorsAt={(name) => errorsAt(`/algorithm/${name}`)}
          />
        </details>
      )}
    </Section>
  );
}

/** The genes of a supernet by the names that a user gives: "heads" stands for heads[0] to heads[5]. */
function geneNames(supernet: Supernet | undefined): string[] {
  return [...new Set((supernet?.genes ?? []).map(({ name }) => name.replace(/\[\d+\]$/, "")))];
}

function choicesOf(supernet: Supernet | undefined, gene: string): string {
  const found = supernet?.genes.find(({ name }) => name === gene || name.startsWith(`${gene}[`));
  return found ? found.choices.join(", ") : "";
}

function precisionsOf(supernet: Supernet | undefined): string[] {
  const offered = new Set((supernet?.genes ?? []).flatMap(({ choices }) => choices.map(String)));
  return PRECISIONS.filter((precision) => offered.has(precision));
}

export function MoreSection({ supernet, brought, ...section }: SectionProps & { supernet: Supernet | undefined; brought: Brought }) {
  const { form, change, errorsAt } = section;
  const precisions = precisionsOf(supernet);
  const seedable = brought.studies.filter(({ spec }) => spec.supernet === form.supernet);
  const toggled = (list: string[], value: string) => (list.includes(value) ? list.filter((each) => each !== value) : [...list, value]);
  const used = form.fixed.length > 0 || form.seedStudies.length > 0 || form.precisions.length > 0 || form.notes !== "" || form.priority !== "";
  return (
    <details class="card section" open={used}>
      <summary>More: precisions, fixed genes, seeds, priority, notes</summary>
      {precisions.length > 0 && (
        <fieldset class="checks">
          <legend class="group-label">Precisions that are searched; none ticked: all that this machine runs</legend>
          {precisions.map((precision) => (
            <label key={precision}>
              <input type="checkbox" checked={form.precisions.includes(precision)} onChange={() => change({ precisions: toggled(form.precisions, precision) })} /> {precision}
            </label>
          ))}
          <Errors of={errorsAt("/precisions")} />
        </fieldset>
      )}
      <fieldset class="checks">
        <legend class="group-label">Trials beside the algorithm's</legend>
        <label>
          <input type="checkbox" checked={form.baselines} onChange={() => change({ baselines: !form.baselines })} /> the supernet's baselines first
        </label>
        <label>
          <input type="checkbox" checked={form.finalTest} onChange={() => change({ finalTest: !form.finalTest })} /> the front on the test set at the end
        </label>
        <Errors of={[...errorsAt("/baselines"), ...errorsAt("/final_test")]} />
      </fieldset>
      {seedable.length > 0 && (
        <fieldset class="checks">
          <legend class="group-label">Begin with the fronts of</legend>
          {seedable.map(({ id, name }) => (
            <label key={id}>
              <input type="checkbox" checked={form.seedStudies.includes(id)} onChange={() => change({ seedStudies: toggled(form.seedStudies, id) })} /> {name}
            </label>
          ))}
          <Errors of={form.seedStudies.flatMap((_, i) => errorsAt(`/seeds/studies/${i}`)).concat(errorsAt("/seeds/studies"))} />
        </fieldset>
      )}
      <div>
        <span class="group-label">Genes that are not searched</span>
        {form.fixed.map(({ gene, value }, i) => (
          <div key={i} class="form-row" role="group" aria-label={`Fixed gene ${i + 1}`}>
            <SelectField label="Gene" value={gene} onChange={(changed) => change({ fixed: replaced(form.fixed, i, { gene: changed }) })} choices={geneNames(supernet).map((name) => [name, name])} />
            <TextField
              label="Value"
              value={value}
              onChange={(changed) => change({ fixed: replaced(form.fixed, i, { value: changed }) })}
              errors={errorsAt(`/fixed/${gene}`)}
              help={`one of ${choicesOf(supernet, gene)}`}
            />
            <button type="button" class="quiet" aria-label={`Remove fixed gene ${i + 1}`} onClick={() => change({ fixed: without(form.fixed, i) })}>
              ✕
            </button>
          </div>
        ))}
        <Errors of={errorsAt("/fixed")} />
        <p>
          <button type="button" disabled={!supernet} onClick={() => change({ fixed: [...form.fixed, { gene: geneNames(supernet)[0] ?? "", value: "" }] })}>
            Fix a gene
          </button>
        </p>
      </div>
      <div class="form-grid">
        <TextField label="Trials under way at once" value={form.inFlight} onChange={(inFlight) => change({ inFlight })} errors={errorsAt("/in_flight")} input={{ placeholder: "16", inputMode: "numeric" }} help="At most; more keep many workers busy." />
        <TextField label="Priority" value={form.priority} onChange={(priority) => change({ priority })} errors={errorsAt("/priority")} input={{ placeholder: "1", inputMode: "numeric" }} help="Its share of the workers' turns, 1 to 100." />
        <NotesField {...section} />
      </div>
    </details>
  );
}
