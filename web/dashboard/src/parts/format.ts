// Numbers and times as people read them.

export function metricLabel(metric: string): string {
  const labels: Record<string, string> = {
    accuracy: "Accuracy",
    test_accuracy: "Test accuracy",
    latency_ms: "Latency",
    model_size_bytes: "Size",
    macs: "MACs",
    params: "Parameters",
  };
  return labels[metric] ?? metric;
}

export function metricUnit(metric: string): string {
  const units: Record<string, string> = { accuracy: "%", test_accuracy: "%", latency_ms: "ms", model_size_bytes: "KB", macs: "M", params: "M" };
  return units[metric] ?? "";
}

/** The value in the unit that metricUnit names. */
export function inUnit(metric: string, value: number): number {
  if (metric.endsWith("accuracy")) return value * 100;
  if (metric === "model_size_bytes") return value / 1000;
  if (metric === "macs" || metric === "params") return value / 1e6;
  return value;
}

export function formatMetric(metric: string, value: number): string {
  const scaled = inUnit(metric, value);
  const digits = metric.endsWith("accuracy") || metric === "latency_ms" ? 2 : scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  const unit = metricUnit(metric);
  return `${scaled.toFixed(digits)}${unit ? ` ${unit}` : ""}`;
}

export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function formatWhen(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** 4.8 x 10^24 rather than 24 digits. */
export function formatCount(count: number): string {
  if (count < 1e6) return Math.round(count).toLocaleString();
  const exponent = Math.floor(Math.log10(count));
  const digits = String(exponent).replaceAll(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]!);
  return `${(count / 10 ** exponent).toFixed(1)} × 10${digits}`;
}

/** "3 s", "5 min", "2 h": how long ago, roughly. */
export function formatAgo(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
