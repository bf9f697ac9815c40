// What the sections of the form share.
import type { ComponentChildren } from "preact";
import type { StudyCatalog, StudyForm } from "./form";

export interface SectionProps {
  form: StudyForm;
  catalog: StudyCatalog;
  change: (changes: Partial<StudyForm>) => void;
  /** The server's words about one place of the document; the field that asks for them shows them. */
  errorsAt: (pointer: string) => string[];
}

export function Section({ title, note, children }: { title: string; note?: ComponentChildren; children: ComponentChildren }) {
  return (
    <fieldset class="card section">
      <legend>{title}</legend>
      {note && <p class="help">{note}</p>}
      {children}
    </fieldset>
  );
}

/** The list with one entry changed. */
export function replaced<T>(list: T[], index: number, changes: Partial<T>): T[] {
  return list.map((each, i) => (i === index ? { ...each, ...changes } : each));
}

export function without<T>(list: T[], index: number): T[] {
  return list.filter((_, i) => i !== index);
}
