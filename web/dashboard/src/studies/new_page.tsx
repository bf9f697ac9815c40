// A new study by a form that the catalog describes; ?from=ID fills it from a study that is there. The server judges, and each of its words is shown
// at its field.
import { useRef, useState } from "preact/hooks";
import { get, getAll, getStudy, post, Refused } from "../app/api";
import type { Catalog, Import, Predictor, Study, Supernet } from "../app/model";
import { go, link, useRoute } from "../app/router";
import { useMayChange } from "../app/session";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { PageHead } from "../parts/page_head";
import { asStudyCatalog, documentOf, emptyForm, formOf, type StudyCatalog, type StudyForm } from "./form";
import { BudgetSection, ConstraintsSection, ObjectivesSection, WhatSection } from "./goal_sections";
import { AlgorithmSection, type Brought, MeasuringSection, MoreSection } from "./how_sections";
import type { SectionProps } from "./section";
import { SpecView } from "./spec_view";
import "./studies.css";

interface Basis {
  catalog: StudyCatalog;
  supernets: Supernet[];
  brought: Brought;
  form: StudyForm;
}

async function readBasis(from: string, supernet: string): Promise<Basis> {
  const [catalog, supernets, imports, predictors, studies, model] = await Promise.all([
    get<Catalog>("/v1/catalog").then(asStudyCatalog),
    getAll<Supernet>("/v1/supernets"),
    getAll<Import>("/v1/imports"),
    getAll<Predictor>("/v1/predictors"),
    getAll<Study>("/v1/studies"),
    from ? getStudy(from) : null,
  ]);
  const form = model ? formOf(model.spec, model as Study, catalog) : { ...emptyForm(catalog), supernet };
  return { catalog, supernets, brought: { imports, predictors, studies }, form };
}

export function NewStudyPage() {
  const { query } = useRoute();
  const from = query.get("from") ?? "";
  const supernet = query.get("supernet") ?? "";
  const { value: basis, error } = useAnswer(() => readBasis(from, supernet), [from, supernet]);
  const mayChange = useMayChange();
  return (
    <>
      <PageHead title={from ? "Clone of a study" : "New study"} back={from ? [link(["studies", from]), "Study"] : ["#/studies", "Studies"]} />
      <ErrorBox error={error} />
      {!mayChange && <p class="notice">This token may only read: the study can be put together and copied for a script, but not started from here.</p>}
      {basis && <NewStudy {...basis} mayChange={mayChange} />}
    </>
  );
}

// After a refusal: to the first field that has something wrong with it.
function showFirstError(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => {
    const field = form?.querySelector<HTMLElement>("[aria-invalid], .error");
    for (let box = field?.closest("details"); box; box = box.parentElement?.closest("details")) box.open = true;
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  });
}

function NewStudy({ catalog, supernets, brought, form: given, mayChange }: Basis & { mayChange: boolean }) {
  const [form, setForm] = useState(given);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const document = documentOf(form, catalog);

  // Which pointers have a field that shows them is known once all fields have asked.
  const shown = new Set<string>();
  const errorsAt = (pointer: string) => {
    shown.add(pointer);
    return error instanceof Refused ? error.errors.filter((each) => each.pointer === pointer).map(({ detail }) => detail) : [];
  };
  const section: SectionProps = { form, catalog, change: (changes) => setForm({ ...form, ...changes }), errorsAt };

  const submit = async (draft: boolean) => {
    setBusy(true);
    setError(null);
    try {
      const study = await post<Study>(`/v1/studies${draft ? "?draft=true" : ""}`, document);
      go(link(["studies", study.id]));
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
      showFirstError(element.current);
    }
  };

  return (
    <form
      ref={element}
      class="new-study"
      novalidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(false);
      }}
    >
      <div class="sections">
        <WhatSection {...section} supernets={supernets} />
        <ObjectivesSection {...section} />
        <ConstraintsSection {...section} />
        <MeasuringSection {...section} brought={brought} />
        <AlgorithmSection {...section} />
        <BudgetSection {...section} />
        <MoreSection {...section} supernet={supernets.find(({ name }) => name === form.supernet)} brought={brought} />
        <ErrorBox error={error} placed={({ pointer }) => shown.has(pointer)} />
        <div class="actions">
          <button type="submit" class="primary" disabled={busy || !mayChange}>
            Start the study
          </button>
          <button type="button" disabled={busy || !mayChange} onClick={() => submit(true)}>
            Keep as a draft
          </button>
        </div>
      </div>
      <SpecView document={document} />
    </form>
  );
}
