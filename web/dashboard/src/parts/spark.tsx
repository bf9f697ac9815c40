// A line no larger than a word: how a number came to be what it is.

interface SparkProps {
  values: number[];
  label: string; // for screen readers
  width?: number;
  height?: number;
}

export function Spark({ values, label, width = 120, height = 28 }: SparkProps) {
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  const x = (index: number) => (values.length > 1 ? (index / (values.length - 1)) * (width - 4) + 2 : width / 2);
  // A flat line has no range; it runs in the middle.
  const y = (value: number) => (range > 0 ? height - 3 - ((value - low) / range) * (height - 6) : height / 2);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {values.length > 1 && <polygon points={`${x(0)},${height} ${points.join(" ")} ${x(values.length - 1)},${height}`} />}
      <polyline points={points.join(" ")} />
    </svg>
  );
}
