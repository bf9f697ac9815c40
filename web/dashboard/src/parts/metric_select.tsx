// One of some metrics, by the names that people know.
import { metricLabel } from "./format";

interface MetricSelectProps {
  label: string;
  value: string;
  metrics: string[];
  none?: boolean; // none of them may be chosen: ""
  onChange: (metric: string) => void;
}

export function MetricSelect({ label, value, metrics, none, onChange }: MetricSelectProps) {
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {none && <option value="">none</option>}
        {metrics.map((metric) => (
          <option key={metric} value={metric}>
            {metricLabel(metric)}
          </option>
        ))}
      </select>
    </label>
  );
}
