// Numbers and times as people read them.

export function metricLabel(metric: string): string {
  const labels: Record<string, string> = {
    accuracy: "Accuracy",
    test_accuracy: "Test accuracy",
    latency_ms: "Latency",
    model_size_bytes: "Size",
    macs: "MACs",
    params: "Parameters",
    operators: "Operators",
    int8_share: "INT8 share",
    peak_activation_bytes: "Peak activation",
    weight_bytes: "Weights",
    activation_bytes: "Activations",
  };
  const [name = metric, place] = metric.split("@");
  return (labels[name] ?? name) + (place ? ` on ${place}` : "");
}

/** "latency_ms@phone" is a latency. */
export function plain(metric: string): string {
  return metric.split("@")[0] ?? metric;
}

const isBytes = (metric: string) => plain(metric).endsWith("_bytes");

export function metricUnit(metric: string): string {
  if (isBytes(metric)) return "KB";
  const units: Record<string, string> = { accuracy: "%", test_accuracy: "%", latency_ms: "ms", macs: "M", params: "M" };
  return units[plain(metric)] ?? "";
}

/** The value in the unit that metricUnit names. */
export function inUnit(metric: string, value: number): number {
  const name = plain(metric);
  if (name.endsWith("accuracy")) return value * 100;
  if (isBytes(metric)) return value / 1000;
  if (name === "macs" || name === "params") return value / 1e6;
  return value;
}

const COUNTS = new Set(["operators"]);

export function formatMetric(metric: string, value: number): string {
  if (isBytes(metric)) return formatBytes(value);
  if (COUNTS.has(plain(metric))) return value.toLocaleString("en");
  const scaled = inUnit(metric, value);
  const unit = metricUnit(metric);
  return `${scaled.toFixed(digitsOf(metric, scaled))}${unit ? ` ${unit}` : ""}`;
}

// A network that takes less than a millisecond is told from its like by the third digit.
function digitsOf(metric: string, scaled: number): number {
  if (plain(metric).endsWith("accuracy")) return 2;
  const size = Math.abs(scaled);
  if (plain(metric) === "latency_ms") return size > 0 && size < 1 ? Math.min(6, 2 - Math.floor(Math.log10(size))) : 2;
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

export function formatBytes(bytes: number): string {
  for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["KB", 1e3]] as const) if (Math.abs(bytes) >= size) return `${threeDigits(bytes / size)} ${unit}`;
  return `${threeDigits(bytes)} B`;
}

export function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2);
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
