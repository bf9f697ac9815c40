// How steady the measurements of the front's members are: not only the median, but its interval and the slow tail of its samples.
import { useMemo } from "preact/hooks";
import type { Trial } from "../app/model";
import { get, studyPath } from "../app/api";
import { go, link, useQuery } from "../app/router";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, useColours } from "../parts/chart";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { MetricSelect } from "../parts/metric_select";
import { formatSpread } from "../trial/numbers";
import { useKept } from "./keep";
import { Waiting } from "./waiting";
import { type Ranges, rowsWithin } from "./where";

const MOST = 200;

interface Steadiness {
  number: number;
  value: number;
  spread: number;
  samples: number;
  mean?: number;
  p95?: number;
  p99?: number;
  disturbed: boolean;
}

function steadinessOf(trials: Trial[], metric: string): Steadiness[] {
  return trials
    .flatMap(({ number, metrics }) => {
      const measured = metrics[metric];
      if (!measured) return [];
      const { value, spread, samples, detail = {} } = measured;
      return { number, value, spread, samples, mean: detail.mean_ms, p95: detail.p95_ms, p99: detail.p99_ms, disturbed: detail.disturbed === 1 };
    })
    .sort((a, b) => a.value - b.value);
}

function lies(trial: Trial, ranges: Ranges): boolean {
  const columns = Object.fromEntries(Object.entries(trial.metrics).map(([metric, { value }]) => [metric, [value]]));
  return rowsWithin(columns, 1, ranges)?.[0] ?? true;
}

function optionOf(rows: Steadiness[], metric: string, colours: ReturnType<typeof useColours>): ChartOption {
  const unit = (value: number | undefined) => (value === undefined ? Number.NaN : inUnit(metric, value));
  return {
    animation: false,
    grid: { left: 62, right: 18, top: 14, bottom: 46 },
    xAxis: { type: "category", data: rows.map(({ number }) => String(number)), ...axisStyle("trial, from low to high"), nameGap: 28 },
    yAxis: { type: "value", scale: true, ...axisStyle(`${metricLabel(metric)}${metricUnit(metric) ? `, ${metricUnit(metric)}` : ""}`), nameGap: 44 },
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }],
    tooltip: {
      ...tooltipStyle(),
      trigger: "axis",
      formatter: (items: unknown) => {
        const row = rows[(items as { dataIndex: number }[])[0]?.dataIndex ?? -1];
        if (!row) return "";
        const said = (name: string, value: number | undefined) => (value === undefined ? "" : `\n${name} ${formatMetric(metric, value)}`);
        return `Trial ${row.number}: ${formatMetric(metric, row.value)} ± ${formatSpread(metric, row.spread)}\n${row.samples} samples${said("mean", row.mean)}${said("95th percentile", row.p95)}${said("99th percentile", row.p99)}${row.disturbed ? "\nthe machine was disturbed" : ""}`;
      },
    },
    series: [
      {
        type: "custom",
        name: "median to 99th percentile",
        data: rows.map((row, i) => [i, unit(row.value), unit(row.value - row.spread), unit(row.value + row.spread), unit(row.p95), unit(row.p99), row.disturbed ? 1 : 0]),
        encode: { x: 0, y: [1, 2, 3, 4, 5] },
        renderItem: (_: unknown, api: { value(i: number): number; coord(at: number[]): number[]; size(of: number[]): number[] }) => {
          const y = (i: number) => api.coord([api.value(0), api.value(i)])[1]!;
          const x = api.coord([api.value(0), 0])[0]!;
          const half = Math.min(9, Math.max(1.5, api.size([1, 0])[0]! * 0.32));
          const colour = api.value(6) ? colours.warm : colours.accent;
          const children: unknown[] = [{ type: "rect", shape: { x: x - half, y: y(3), width: half * 2, height: Math.max(1, y(2) - y(3)) }, style: { fill: colour, opacity: 0.25 } }];
          const tail = [4, 5].filter((i) => Number.isFinite(api.value(i)));
          if (tail.length) children.push({ type: "line", shape: { x1: x, x2: x, y1: y(1), y2: y(tail.at(-1)!) }, style: { stroke: colour, lineWidth: 1, opacity: 0.5 } });
          for (const i of tail) children.push({ type: "line", shape: { x1: x - half * 0.6, x2: x + half * 0.6, y1: y(i), y2: y(i) }, style: { stroke: colour, lineWidth: 1.2, opacity: 0.8 } });
          children.push({ type: "line", shape: { x1: x - half, x2: x + half, y1: y(1), y2: y(1) }, style: { stroke: colour, lineWidth: 2.2 } });
          return { type: "group", children };
        },
      },
    ] as never,
  };
}

export function SpreadTab({ id, stage, metrics, ranges }: { id: string; stage: number; metrics: string[]; ranges: Ranges }) {
  const colours = useColours();
  const [metric, setMetric] = useQuery("spread", metrics.includes("latency_ms") ? "latency_ms" : metrics[0]);
  const answer = useKept(() => get<{ items: Trial[]; next_page_token?: string | null }>(studyPath(id, `/front?page_size=${MOST}`)), [id, stage]);
  const rows = useMemo(() => steadinessOf((answer.value?.items ?? []).filter((trial) => lies(trial, ranges)), metric), [answer.value, metric, ranges]);
  const option = useMemo(() => optionOf(rows, metric, colours), [rows, metric, colours]);
  if (answer.error) return <ErrorBox error={answer.error} />;
  if (!answer.value) return <Waiting height={420} />;
  if (!rows.length)
    return (
      <Empty title={Object.keys(ranges).length ? "No member of the front lies in the filter" : "No measurement on the front yet"}>
        <p>Here each member of the front will show how steady it is: median, its 95 % interval, and the 95th and 99th percentile of the samples.</p>
      </Empty>
    );
  const disturbed = rows.filter((row) => row.disturbed).length;
  return (
    <ChartCard
      title={`${metricLabel(metric)} of the front: median, interval, tail`}
      note={`${answer.value.next_page_token ? `the first ${rows.length}` : rows.length} members${disturbed ? `, ${disturbed} measured while the machine was disturbed` : ""}`}
      option={option}
      height={400}
      label={`${metricLabel(metric)} of ${rows.length} members of the front, from ${formatMetric(metric, rows[0]!.value)} to ${formatMetric(metric, rows.at(-1)!.value)}, each with interval and percentiles`}
      onClick={(data) => {
        const row = Array.isArray(data) ? rows[data[0] as number] : undefined;
        if (row) go(link(["studies", id, "trials", row.number]));
      }}
      controls={<MetricSelect label="of" value={metric} metrics={metrics} onChange={setMetric} />}
      table={() => ({ columns: ["trial", "value", "spread", "samples", "mean", "p95", "p99", "disturbed"], rows: rows.map((row) => [row.number, row.value, row.spread, row.samples, row.mean, row.p95, row.p99, row.disturbed ? 1 : 0]) })}
    >
      <p class="muted chart-foot">Thick line: median, band: its 95 % interval, ticks above: 95th and 99th percentile of the samples. What a trial lacks is not drawn.</p>
    </ChartCard>
  );
}
