// Sections of the form: who measures, which algorithm proposes, and what a careful user may also say.
import type { Import, Predictor, Study, Supernet } from "../app/model";
import { SelectField, TextField } from "../parts/field";
import { metricLabel } from "../parts/format";
import { PRECISIONS } from "../parts/policy_strip";
import { type Chosen, defaultEvaluator, evaluatorOf, evaluatorsFor, metricsOf, type Option, RETRIES, retriesOf, type StudyForm } from "./form";
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

/** Those of the values that some gene of the supernet can take. */
function offered(supernet: Supernet | undefined, values: readonly string[]): string[] {
  const choices = new Set((supernet?.genes ?? []).flatMap((gene) => gene.choices.map(String)));
  return values.filter((value) => choices.has(value));
}

interface ChecksProps {
  legend: string;
  choices: [string, string][]; // value and text
  ticked: string[];
  onChange: (ticked: string[]) => void;
  errors: string[];
}

function Checks({ legend, choices, ticked, onChange, errors }: ChecksProps) {
  if (!choices.length) return null;
  const toggled = (value: string) => (ticked.includes(value) ? ticked.filter((each) => each !== value) : [...ticked, value]);
  return (
    <fieldset class="checks">
      <legend class="group-label">{legend}</legend>
      {choices.map(([value, text]) => (
        <label key={value}>
          <input type="checkbox" checked={ticked.includes(value)} onChange={() => onChange(toggled(value))} /> {text}
        </label>
      ))}
      <Errors of={errors} />
    </fieldset>
  );
}

const WEIGHT_SCHEMES = ["symmetric", "asymmetric"];
const FAILURES: [string, string][] = [
  ["expired", "whose worker fell silent"],
  ["retryable", "that may pass"],
  ["final", "that will not pass"],
];

const twice = (value: string): [string, string] => [value, value];

/** What is said beyond the defaults: the section stays open over it. */
function saysMore(form: StudyForm): boolean {
  const lists = [form.fixed, form.seedStudies, form.precisions, form.weightSchemes];
  const texts = [form.notes, form.priority, form.inFlight, form.latencyModel];
  return lists.some(({ length }) => length > 0) || texts.some(Boolean) || Object.keys(retriesOf(form)).length > 0;
}

export function MoreSection({ supernet, brought, ...section }: SectionProps & { supernet: Supernet | undefined; brought: Brought }) {
  const { form, change, errorsAt } = section;
  const precisions = offered(supernet, PRECISIONS);
  const schemes = offered(supernet, WEIGHT_SCHEMES);
  const seedable = brought.studies.filter(({ spec }) => spec.supernet === form.supernet);
  const errorsIn = (pointer: string, list: unknown[]) => list.flatMap((_, i) => errorsAt(`${pointer}/${i}`)).concat(errorsAt(pointer));
  const latencyModels = ["none", ...(form.latencyModel.startsWith("lm_") ? [form.latencyModel] : [])];
  return (
    <details class="card section" open={saysMore(form)}>
      <summary>More: precisions, fixed genes, seeds, retries, priority, notes</summary>
      <Checks
        legend="Precisions that are searched; none ticked: all that this machine runs"
        choices={precisions.map(twice)}
        ticked={form.precisions}
        onChange={(ticked) => change({ precisions: ticked })}
        errors={errorsIn("/precisions", form.precisions)}
      />
      <Checks
        legend="How weights of integer operators may be rounded; none ticked: all that this machine runs"
        choices={schemes.map(twice)}
        ticked={form.weightSchemes}
        onChange={(ticked) => change({ weightSchemes: ticked })}
        errors={errorsIn("/weight_schemes", form.weightSchemes)}
      />
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
      <Checks
        legend="Begin with the fronts of"
        choices={seedable.map(({ id, name }) => [id, name])}
        ticked={form.seedStudies}
        onChange={(ticked) => change({ seedStudies: ticked })}
        errors={errorsIn("/seeds/studies", form.seedStudies)}
      />
      <Checks
        legend="Failures that are tried again"
        choices={FAILURES}
        ticked={form.retryOn}
        onChange={(ticked) => change({ retryOn: ticked })}
        errors={[...errorsIn("/retries/on", form.retryOn), ...errorsAt("/retries")]}
      />
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
        <TextField label="Tries again" value={form.retries} onChange={(retries) => change({ retries })} errors={errorsAt("/retries/max")} input={{ placeholder: String(RETRIES.max), inputMode: "numeric" }} help="Of each measurement that failed, at most." />
        <SelectField
          label="Known operators' times"
          value={form.latencyModel}
          onChange={(latencyModel) => change({ latencyModel })}
          errors={errorsAt("/latency_model")}
          choices={[["", "auto (default)"], ...latencyModels.map(twice)]}
          help="What the algorithm expects of latency before it is measured; none: every trial is what any other machine would propose."
        />
        <TextField label="Priority" value={form.priority} onChange={(priority) => change({ priority })} errors={errorsAt("/priority")} input={{ placeholder: "1", inputMode: "numeric" }} help="Its share of the workers' turns, 1 to 100." />
        <NotesField {...section} />
      </div>
    </details>
  );
}
