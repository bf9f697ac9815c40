// The ranges that the page is narrowed to: drawn on charts or typed here, kept in the address.
import { useState } from "preact/hooks";
import { inUnit, metricLabel, metricUnit } from "../parts/format";
import type { Ranges } from "./where";

interface FiltersProps {
  ranges: Ranges;
  metrics: string[];
  onChange: (ranges: Ranges) => void;
}

export function Filters({ ranges: given, metrics, onChange }: FiltersProps) {
  // One that was just opened has no bound yet, and so no place in the address.
  const [opened, setOpened] = useState<string[]>([]);
  const ranges: Ranges = { ...Object.fromEntries(opened.map((metric) => [metric, {}])), ...given };
  const shown = (metric: string, value: number | undefined) => (value === undefined ? "" : String(Number(inUnit(metric, value).toPrecision(5))));
  const set = (metric: string, end: "min" | "max", text: string) => {
    const { [end]: _, ...rest } = ranges[metric] ?? {};
    const value = Number(text);
    const changed = text === "" || !Number.isFinite(value) ? rest : { ...rest, [end]: value / inUnit(metric, 1) };
    onChange({ ...ranges, [metric]: changed });
  };
  const without = (metric: string) => Object.fromEntries(Object.entries(ranges).filter(([name]) => name !== metric));
  const free = metrics.filter((metric) => !ranges[metric]);
  return (
    <div class="filters" role="group" aria-label="Filter">
      {Object.entries(ranges).map(([metric, { min, max }]) => (
        <span key={metric} class="filter">
          {metricLabel(metric)}
          <input type="number" step="any" aria-label={`${metricLabel(metric)} at least`} placeholder="from" value={shown(metric, min)} onChange={(event) => set(metric, "min", event.currentTarget.value)} />
          –
          <input type="number" step="any" aria-label={`${metricLabel(metric)} at most`} placeholder="to" value={shown(metric, max)} onChange={(event) => set(metric, "max", event.currentTarget.value)} />
          {metricUnit(metric)}
          <button type="button" class="quiet" aria-label={`Take the filter of ${metricLabel(metric)} away`} onClick={() => {
              setOpened(opened.filter((name) => name !== metric));
              onChange(without(metric));
            }}
          >
            ✕
          </button>
        </span>
      ))}
      {free.length > 0 && (
        <label class="field">
          <select value="" aria-label="Filter by a metric" onChange={(event) => event.currentTarget.value && setOpened([...opened, event.currentTarget.value])}>
            <option value="">filter by…</option>
            {free.map((metric) => (
              <option key={metric} value={metric}>
                {metricLabel(metric)}
              </option>
            ))}
          </select>
        </label>
      )}
      {Object.keys(ranges).length > 1 && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setOpened([]);
            onChange({});
          }}
        >
          clear all
        </button>
      )}
    </div>
  );
}
