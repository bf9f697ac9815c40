// A labelled input with its help and what the server found wrong with it, tied together for screen readers.
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: ComponentChildren;
  help?: ComponentChildren;
  errors?: string[];
  /** Gets what ties the input to its label, help and errors: spread it onto the input. */
  children: (tied: Tied) => ComponentChildren;
  wide?: boolean;
}

export interface Tied {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

export function Field({ label, help, errors = [], children, wide }: FieldProps) {
  const id = useId();
  const described = [help && `${id}-help`, errors.length && `${id}-error`].filter(Boolean).join(" ");
  const tied: Tied = { id };
  if (described) tied["aria-describedby"] = described;
  if (errors.length) tied["aria-invalid"] = true;
  return (
    <div class={`form-field${wide ? " wide" : ""}${errors.length ? " invalid" : ""}`}>
      <label for={id}>{label}</label>
      {children(tied)}
      {errors.length > 0 && (
        <p id={`${id}-error`} class="field-error">
          {errors.join("; ")}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} class="help">
          {help}
        </p>
      )}
    </div>
  );
}

type TextFieldProps = Omit<FieldProps, "children"> & {
  value: string;
  onChange: (value: string) => void;
  input?: InputHTMLAttributes<HTMLInputElement>;
};

export function TextField({ value, onChange, input, ...field }: TextFieldProps) {
  return <Field {...field}>{(tied) => <input {...input} {...tied} value={value} onInput={(event) => onChange(event.currentTarget.value)} />}</Field>;
}

type SelectFieldProps = Omit<FieldProps, "children"> & {
  value: string;
  onChange: (value: string) => void;
  choices: [value: string, label: string][];
};

export function SelectField({ value, onChange, choices, ...field }: SelectFieldProps) {
  return (
    <Field {...field}>
      {(tied) => (
        <select {...tied} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {choices.map(([each, label]) => (
            <option key={each} value={each}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
