// The distribution of a trial's latency: what the measurement kept of its samples, and what disturbed it.
import { useMemo } from "preact/hooks";
import type { Measurement } from "../app/model";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, useColours } from "../parts/chart";
import { threeDigits } from "../parts/format";
import { formatMs } from "./numbers";

/** Points of the distribution, in order: [name, ms]. */
function pointsOf(latency: Measurement): [string, number][] {
  const detail = latency.detail ?? {};
  const points: [string, number | undefined][] = [
    ["median", latency.value],
    ["mean", detail.mean_ms],
    ["95th percentile", detail.p95_ms],
    ["99th percentile", detail.p99_ms],
  ];
  return points.filter((point): point is [string, number] => point[1] !== undefined);
}

/** What a reader of the number should know, one sentence each. */
function remarksOf(latency: Measurement): string[] {
  const { detail = {}, samples } = latency;
  const remarks: string[] = [];
  if (samples > 0) remarks.push(`${samples.toLocaleString()} samples${detail.blocks ? ` in ${detail.blocks} blocks` : ""}.`);
  if (detail.disturbed_blocks)
    remarks.push(`${detail.disturbed_blocks} blocks were disturbed by other work ${detail.disturbed ? "and had to be used: measure it again on a quieter machine." : "and left out."}`);
  if (detail.converged === 0) remarks.push(`The wished confidence was not reached: ± ${(100 * (detail.width_reached ?? 0)).toFixed(1)} % of the median.`);
  if (detail.drift !== undefined) remarks.push(`A network that is always the same took ${detail.drift.toFixed(3)} times its usual time beside it.`);
  if (detail.load !== undefined) remarks.push(`The machine's load was ${detail.load.toFixed(2)}; ${detail.realtime ? "measured at real-time priority" : "without real-time priority"}.`);
  return remarks;
}

const SAMPLES = "samples";

export function LatencyCard({ latency }: { latency: Measurement }) {
  const colours = useColours();
  const points = useMemo(() => pointsOf(latency), [latency]);
  const samples = latency.sample_values ?? [];
  const rows = [...points.map(([name]) => name), ...(samples.length > 0 ? [SAMPLES] : [])];
  const option = useMemo<ChartOption>(() => {
    const low = latency.value - latency.spread;
    const high = latency.value + latency.spread;
    return {
      animationDuration: 200,
      grid: { left: 116, right: 24, top: 8, bottom: 44 },
      tooltip: { ...tooltipStyle(), formatter: (item: unknown) => describe((item as { data: unknown }).data as [number, string]) },
      xAxis: { type: "value", scale: true, nameGap: 26, ...axisStyle("Latency (ms)"), axisLabel: { color: colours.muted, fontSize: 11, hideOverlap: true, formatter: threeDigits } },
      yAxis: { type: "category", inverse: true, data: rows, ...axisStyle(""), splitLine: { show: false } },
      series: [
        {
          type: "line",
          name: "95 % interval",
          data: [
            [low, "median"],
            [high, "median"],
          ],
          symbol: "rect",
          symbolSize: [2, 14],
          lineStyle: { color: colours.accent, width: 3 },
          itemStyle: { color: colours.accent },
        },
        {
          type: "scatter",
          name: "latency",
          symbolSize: 12,
          itemStyle: { color: colours.accent, borderColor: colours.surface, borderWidth: 1 },
          data: points.map(([name, ms]) => [ms, name]),
          z: 3,
        },
        {
          type: "scatter",
          name: SAMPLES,
          symbolSize: 9,
          // Where they lie over each other it is darker.
          itemStyle: { color: colours.accent, opacity: 0.35 },
          data: samples.map((ms) => [ms, SAMPLES]),
        },
      ],
    };
  }, [latency, points, colours]);
  return (
    <ChartCard
      title="Latency"
      note={`${formatMs(latency.value)} ± ${formatMs(latency.spread)}`}
      option={option}
      height={40 + 44 * rows.length}
      label={[...points.map(([name, ms]) => `${name} ${formatMs(ms)}`), ...(samples.length ? [`samples from ${formatMs(samples[0]!)} to ${formatMs(samples.at(-1)!)}`] : [])].join(", ")}
      table={() => ({ columns: ["point", "ms"], rows: [...points.map(([name, ms]) => [name, ms]), ...samples.map((ms) => ["sample", ms])] })}
    >
      <ul class="remarks muted">
        {remarksOf(latency).map((remark) => (
          <li key={remark}>{remark}</li>
        ))}
      </ul>
    </ChartCard>
  );
}

function describe([ms, name]: [number, string]): string {
  return `${name}  ${formatMs(ms)}`;
}
