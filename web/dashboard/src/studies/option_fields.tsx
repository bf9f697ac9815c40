// Fields for the options of a catalog entry: an empty one is left to the server, which shows its default.
import { SelectField, TextField } from "../parts/field";
import type { Chosen, Option } from "./form";

interface OptionFieldsProps {
  options: Option[];
  chosen: Chosen;
  onChange: (options: Record<string, string>) => void;
  /** What the server said of the option's place in the document. */
  errorsAt: (name: string) => string[];
}

function rangeOf({ min, max }: Option): string {
  if (min === undefined || max === undefined) return "";
  return ` ${min.toLocaleString()} to ${max.toLocaleString()}.`;
}

const asTitle = (name: string) => name.replaceAll("_", " ").replaceAll("/", " › ");

export function OptionFields({ options, chosen, onChange, errorsAt }: OptionFieldsProps) {
  return (
    <div class="form-grid">
      {options.map((option) => {
        const shared = {
          label: asTitle(option.name),
          help: `${option.help}.${rangeOf(option)}`,
          errors: errorsAt(option.name),
          value: chosen.options[option.name] ?? "",
          onChange: (value: string) => onChange({ ...chosen.options, [option.name]: value }),
        };
        const words = option.type === "flag" ? ["true", "false"] : option.allowed;
        if (!words) return <TextField key={option.name} {...shared} input={{ placeholder: String(option.default), inputMode: option.type === "text" ? "text" : "decimal" }} />;
        return <SelectField key={option.name} {...shared} choices={[["", `${option.default} (default)`], ...words.map((word): [string, string] => [word, word])]} />;
      })}
    </div>
  );
}
