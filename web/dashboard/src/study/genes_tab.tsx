// Which genes move the objectives, how, and what the front has chosen.
import { BarChart } from "echarts/charts";
import { useMemo } from "preact/hooks";
import type { Objective } from "../app/model";
import { useQuery } from "../app/router";
import { useKept } from "./keep";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, use, useColours } from "../parts/chart";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { MetricSelect } from "../parts/metric_select";
import { type Importance, insight, type Points, type SliceLevel, type Slices } from "./insight";
import { ParallelChart } from "./parallel_chart";
import { Waiting } from "./waiting";
import type { Ranges } from "./where";

use([BarChart]);

const MOST_BARS = 16;

function ImportanceChart({ importance, gene, onGene }: { importance: Importance; gene: string; onGene: (gene: string) => void }) {
  const colours = useColours();
  const metrics = Object.keys(importance.metrics);
  const shareOf = (metric: string, name: string) => importance.metrics[metric]?.genes.find((each) => each.gene === name)?.share ?? 0;
  const genes = useMemo(() => {
    const all = importance.metrics[metrics[0]!]?.genes.map((each) => each.gene) ?? [];
    const strength = (name: string) => Math.max(...metrics.map((metric) => shareOf(metric, name)));
    return [...all].sort((a, b) => strength(b) - strength(a)).slice(0, MOST_BARS);
  }, [importance]);
  const option = useMemo(
    (): ChartOption => ({
      animation: false,
      grid: { left: 126, right: 20, top: 8, bottom: 44 },
      xAxis: { type: "value", min: 0, ...axisStyle("share of the variance"), nameGap: 26 },
      yAxis: { type: "category", inverse: true, data: genes, ...axisStyle(""), axisLabel: { ...axisStyle("").axisLabel, color: colours.text, interval: 0, width: 116, overflow: "truncate" } },
      tooltip: { ...tooltipStyle(), trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value: unknown) => `${((value as number) * 100).toFixed(1)} %` },
      series: metrics.map((metric, k) => ({
        type: "bar" as const,
        name: metricLabel(metric),
        barGap: "10%",
        barCategoryGap: "30%",
        itemStyle: { color: colours.series[k % 7]!, borderRadius: 2 },
        data: genes.map((name) => shareOf(metric, name)),
      })),
    }),
    [importance, genes, colours],
  );
  return (
    <ChartCard
      title="Gene importance"
      note={metrics.map((metric, k) => (
        <span key={metric} class={`swatch series-${(k % 7) + 1}`}>
          {metricLabel(metric)}
        </span>
      ))}
      option={option}
      height={Math.max(180, genes.length * (10 + metrics.length * 8) + 60)}
      label={`Importance of genes: ${genes.slice(0, 5).map((name) => `${name} ${metrics.map((metric) => `${(shareOf(metric, name) * 100).toFixed(0)} % of ${metricLabel(metric)}`).join(", ")}`).join("; ")}`}
      table={() => ({ columns: ["gene", ...metrics], rows: importance.metrics[metrics[0]!]!.genes.map((each) => [each.gene, ...metrics.map((metric) => shareOf(metric, each.gene))]) })}
    >
      <div class="gene-picks" role="group" aria-label="Gene to look at">
        {genes.map((name) => (
          <button key={name} type="button" class={`chip${name === gene ? " on" : ""}`} aria-pressed={name === gene} onClick={() => onGene(name)}>
            {name}
          </button>
        ))}
      </div>
      <p class="muted chart-foot">
        By {importance.method}. Mind that {importance.caveat}.
      </p>
    </ChartCard>
  );
}

const face = ({ value }: SliceLevel) => (value === null ? "not there" : String(value));

function SliceChart({ slices, gene, metric, objectives, onMetric }: { slices: Slices; gene: string; metric: string; objectives: Objective[]; onMetric: (metric: string) => void }) {
  const colours = useColours();
  const levels = slices.genes.find(({ name }) => name === gene)?.levels ?? [];
  const option = useMemo((): ChartOption => {
    const value = (number: number | undefined) => (number === undefined ? Number.NaN : inUnit(metric, number));
    const data = levels.map((level, i) => [i, value(level.low), value(level.median), value(level.high), value(level.mean)]);
    return {
      animation: false,
      grid: { left: 60, right: 16, top: 12, bottom: 42 },
      xAxis: { type: "category", data: levels.map(face), ...axisStyle(gene), nameGap: 26 },
      yAxis: { type: "value", scale: true, ...axisStyle(`${metricLabel(metric)}${metricUnit(metric) ? `, ${metricUnit(metric)}` : ""}`), nameGap: 44 },
      tooltip: {
        ...tooltipStyle(),
        formatter: (item: unknown) => {
          const level = levels[(item as { dataIndex: number }).dataIndex];
          if (!level) return "";
          const said = (name: string, number: number | undefined) => (number === undefined ? "" : `\n${name}: ${formatMetric(metric, number)}`);
          return `${gene} = ${face(level)}: ${level.count} trials, ${level.front} on the front${said("median", level.median)}${said("mean", level.mean)}${said("a tenth below", level.low)}${said("a tenth above", level.high)}`;
        },
      },
      series: [
        {
          type: "custom",
          name: metricLabel(metric),
          data,
          encode: { x: 0, y: [1, 2, 3] },
          renderItem: (_: unknown, api: { value(i: number): number; coord(at: number[]): number[]; size(of: number[]): number[] }) => {
            const [x, low] = api.coord([api.value(0), api.value(1)]);
            const [, median] = api.coord([api.value(0), api.value(2)]);
            const [, high] = api.coord([api.value(0), api.value(3)]);
            const [, mean] = api.coord([api.value(0), api.value(4)]);
            const half = Math.min(22, api.size([1, 0])[0]! * 0.3);
            return {
              type: "group",
              children: [
                { type: "rect", shape: { x: x! - half, y: high!, width: half * 2, height: Math.max(low! - high!, 1), r: 4 }, style: { fill: colours.series[0], opacity: 0.22 } },
                { type: "line", shape: { x1: x! - half, x2: x! + half, y1: median!, y2: median! }, style: { stroke: colours.series[0], lineWidth: 2.5 } },
                { type: "circle", shape: { cx: x!, cy: mean!, r: 3 }, style: { fill: colours.surface, stroke: colours.series[0], lineWidth: 1.5 } },
              ],
            };
          },
        },
      ] as never,
    };
  }, [slices, gene, metric, colours]);
  return (
    <ChartCard
      title={`Slice: ${gene}`}
      note="tenth to ninth tenth, median, mean"
      option={option}
      height={250}
      label={`${metricLabel(metric)} by ${gene}: ${levels.map((level) => `${face(level)} ${level.median === undefined ? "none" : formatMetric(metric, level.median)}`).join(", ")}`}
      controls={<MetricSelect label="of" value={metric} metrics={objectives.map((each) => each.metric)} onChange={onMetric} />}
      table={() => ({ columns: [gene, "trials", "front", "mean", "low", "median", "high"], rows: levels.map((level) => [face(level), level.count, level.front, level.mean, level.low, level.median, level.high]) })}
    />
  );
}

function DistributionChart({ slices, gene }: { slices: Slices; gene: string }) {
  const colours = useColours();
  const levels = slices.genes.find(({ name }) => name === gene)?.levels ?? [];
  const share = (count: number, of: number) => (of > 0 ? count / of : 0);
  const option = useMemo(
    (): ChartOption => ({
      animation: false,
      grid: { left: 52, right: 16, top: 12, bottom: 42 },
      xAxis: { type: "category", data: levels.map(face), ...axisStyle(gene), nameGap: 26 },
      yAxis: { type: "value", min: 0, ...axisStyle(""), axisLabel: { ...axisStyle("").axisLabel, formatter: (value: number) => `${Math.round(value * 100)} %` } },
      tooltip: { ...tooltipStyle(), trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value: unknown) => `${((value as number) * 100).toFixed(1)} %` },
      series: [
        { type: "bar", name: "all trials", itemStyle: { color: colours.dot, opacity: 0.55, borderRadius: 2 }, data: levels.map(({ count }) => share(count, slices.trials)) },
        { type: "bar", name: "the front", itemStyle: { color: colours.accent, borderRadius: 2 }, data: levels.map(({ front }) => share(front, slices.front)) },
      ],
    }),
    [slices, gene, colours],
  );
  return (
    <ChartCard
      title={`Choices of ${gene}`}
      note={[
        <span key="all" class="swatch dot">
          all {slices.trials} trials
        </span>,
        <span key="front" class="swatch accent">
          the front's {slices.front}
        </span>,
      ]}
      option={option}
      height={250}
      label={`Distribution of ${gene}, front against all: ${levels.map((level) => `${face(level)} ${Math.round(share(level.front, slices.front) * 100)} % against ${Math.round(share(level.count, slices.trials) * 100)} %`).join(", ")}`}
      table={() => ({ columns: [gene, "all", "front"], rows: levels.map((level) => [face(level), level.count, level.front]) })}
    />
  );
}

/** How far each gene's choices on the front are from those of all trials: half the sum of the differences of their shares, 0..1. */
function preference(levels: SliceLevel[], trials: number, front: number): number {
  return levels.reduce((sum, level) => sum + Math.abs(level.front / Math.max(front, 1) - level.count / Math.max(trials, 1)), 0) / 2;
}

function GeneTable({ slices, gene, onGene }: { slices: Slices; gene: string; onGene: (gene: string) => void }) {
  const rows = useMemo(
    () => slices.genes.map(({ name, levels }) => ({ name, levels, bias: preference(levels, slices.trials, slices.front) })).sort((a, b) => b.bias - a.bias),
    [slices],
  );
  const bar = (levels: SliceLevel[], count: (level: SliceLevel) => number, of: number) => (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" class="shares" aria-hidden="true">
      {levels.map((level, i) => {
        const before = levels.slice(0, i).reduce((sum, each) => sum + count(each), 0);
        return <rect key={i} class={level.value === null ? "level none" : `level level-${i % 8}`} x={(before / Math.max(of, 1)) * 100} width={(count(level) / Math.max(of, 1)) * 100} height={8} />;
      })}
    </svg>
  );
  return (
    <section class="card" aria-label="Choices of all genes">
      <header class="card-head">
        <h2>All genes: what the front chose</h2>
        <span class="muted">upper bar: all trials, lower bar: the front; the most partial first</span>
      </header>
      <ul class="gene-list">
        {rows.map(({ name, levels }) => (
          <li key={name}>
            <button type="button" class={`linklike${name === gene ? " on" : ""}`} onClick={() => onGene(name)}>
              {name}
            </button>
            <span class="two-bars" title={levels.map((level) => `${face(level)}: ${level.front} of the front, ${level.count} of all`).join("\n")}>
              {bar(levels, (level) => level.count, slices.trials)}
              {bar(levels, (level) => level.front, slices.front)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface GenesTabProps {
  id: string;
  stage: number; // grows when there is enough new to ask again
  where: string;
  points: Points;
  within: boolean[] | null;
  ranges: Ranges;
  metrics: string[];
  objectives: Objective[];
  onRange: (ranges: Ranges) => void;
}

export function GenesTab({ id, stage, where, points, within, ranges, metrics, objectives, onRange }: GenesTabProps) {
  const [metric, setMetric] = useQuery("metric", objectives[0]!.metric);
  const importance = useKept(() => insight<Importance>(id, "importance", { where }), [id, where, stage]);
  const slices = useKept(() => insight<Slices>(id, "slices", { metric, where }), [id, where, metric, stage]);
  const first = importance.value ? Object.values(importance.value.metrics)[0]?.genes[0]?.gene : undefined;
  const [gene, setGene] = useQuery("gene", first ?? "");
  if (importance.error ?? slices.error) return <ErrorBox error={importance.error ?? slices.error} />;
  if (!importance.value || !slices.value) return <Waiting height={900} />;
  if (slices.value.trials === 0)
    return (
      <Empty title="No measured trial here yet">
        <p>Genes are compared by what their trials measured; once some are, this says which genes matter and what the front has chosen.</p>
      </Empty>
    );
  const names = slices.value.genes.map(({ name }) => name);
  return (
    <>
      {points.genomes ? (
        <ParallelChart points={points} within={within} ranges={ranges} metrics={metrics} genes={names} importance={importance.value} slices={slices.value} onRange={onRange} />
      ) : (
        <Waiting height={430} />
      )}
      <div class="charts halves">
        <ImportanceChart importance={importance.value} gene={gene} onGene={setGene} />
        <div class="stack">
          <SliceChart slices={slices.value} gene={gene} metric={slices.value.metric ?? metric} objectives={objectives} onMetric={setMetric} />
          <DistributionChart slices={slices.value} gene={gene} />
        </div>
      </div>
      <GeneTable slices={slices.value} gene={gene} onGene={setGene} />
    </>
  );
}
