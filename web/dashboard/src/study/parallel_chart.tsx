// Genes and metrics side by side, a line per trial. Drawing along a metric's axis keeps what lies within, everywhere on the page.
import { ParallelChart as Lines } from "echarts/charts";
import { ParallelComponent } from "echarts/components";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ChartCard, type ChartOption, type ECharts, use, useColours } from "../parts/chart";
import { inUnit, metricLabel, metricUnit } from "../parts/format";
import { choiceOf } from "./genome_text";
import type { Importance, Points, Slices } from "./insight";
import type { Ranges } from "./where";

use([Lines, ParallelComponent]);

const MOST_GENES = 8;
const MOST_LINES = 1200; // besides the front: more would be a plain of ink

/** The genes that move the metrics most, in the order of their space. */
function telling(importance: Importance, most: number): string[] {
  const shares = new Map<string, number>();
  for (const { genes } of Object.values(importance.metrics)) for (const { gene, share } of genes) shares.set(gene, Math.max(shares.get(gene) ?? 0, share));
  const best = [...shares].sort((a, b) => b[1] - a[1]).slice(0, most);
  return [...shares.keys()].filter((gene) => best.some(([name]) => name === gene));
}

interface Axis {
  name: string;
  gene: number | null; // its index in the genome; null: a metric
}

/** Every nth of the dominated, so that no part of the study is missing. */
function chosen(points: Points, within: boolean[] | null): number[] {
  const rows = points.number.map((_, row) => row).filter((row) => !within || within[row]);
  const others = rows.filter((row) => !points.front[row]);
  const step = Math.max(1, Math.ceil(others.length / MOST_LINES));
  return [...others.filter((_, i) => i % step === 0), ...rows.filter((row) => points.front[row])];
}

function axisOf({ name, gene }: Axis, dim: number, slices: Slices | null, ranges: Ranges, colours: ReturnType<typeof useColours>) {
  const narrow = window.innerWidth < 600;
  const style = { dim, nameGap: 12, id: `axis${dim}`, nameTextStyle: { color: colours.text, fontSize: narrow ? 9 : 11 }, axisLabel: { color: colours.muted, fontSize: 10 }, axisLine: { lineStyle: { color: colours.dot } }, axisTick: { show: false } };
  if (gene === null) return { ...style, name: narrow || !metricUnit(name) ? metricLabel(name) : `${metricLabel(name)}, ${metricUnit(name)}`, type: "value" as const, scale: true, ...(ranges[name] ? { nameTextStyle: { ...style.nameTextStyle, color: colours.accent } } : {}) };
  const levels = slices?.genes.find((each) => each.name === name)?.levels ?? [];
  return { ...style, name, type: "category" as const, data: levels.map(({ value }) => (value === null ? "–" : String(value))) };
}

interface ParallelProps {
  points: Points;
  within: boolean[] | null;
  ranges: Ranges;
  metrics: string[];
  genes: string[]; // all, in the genome's order
  importance: Importance;
  slices: Slices;
  onRange: (ranges: Ranges) => void;
}

export function ParallelChart({ points, within, ranges, metrics, genes, importance, slices, onRange }: ParallelProps) {
  const colours = useColours();
  const [made, setMade] = useState<ECharts | null>(null);
  const axes = useMemo(
    (): Axis[] => [
      ...telling(importance, window.innerWidth < 600 ? 3 : MOST_GENES).map((name) => ({ name, gene: genes.indexOf(name) })),
      ...metrics.map((name) => ({ name, gene: null })),
    ],
    [importance, genes.join(), metrics.join()],
  );
  const rows = useMemo(() => chosen(points, within), [points, within]);
  const option = useMemo((): ChartOption => {
    const deadAt = (name: string) => (slices.genes.find((each) => each.name === name)?.levels.length ?? 1) - 1;
    const values = (row: number) =>
      axes.map(({ name, gene }) => {
        if (gene !== null) return choiceOf(points.genomes?.[row] ?? "", gene) ?? deadAt(name);
        const value = points.values[name]?.[row];
        return value === null || value === undefined ? Number.NaN : inUnit(name, value);
      });
    const lines = (front: 0 | 1) => rows.filter((row) => points.front[row] === front).map(values);
    return {
      animation: false,
      parallel: { left: 56, right: 54, top: 48, bottom: 22, axisExpandable: false },
      parallelAxis: axes.map((axis, dim) => axisOf(axis, dim, slices, ranges, colours)) as never,
      series: [
        { type: "parallel", name: "dominated", silent: true, progressive: 0, lineStyle: { width: 0.7, opacity: 0.16, color: colours.dot }, inactiveOpacity: 0.02, activeOpacity: 0.3, data: lines(0) },
        { type: "parallel", name: "front", silent: true, progressive: 0, smooth: 0.1, lineStyle: { width: 1.3, opacity: 0.55, color: colours.accent }, inactiveOpacity: 0.04, activeOpacity: 0.8, data: lines(1) },
      ],
    };
  }, [points, rows, axes, slices, ranges, colours]);
  const ranged = useRef({ axes, onRange, marking: false });
  ranged.current = { axes, onRange, marking: false };
  // The marks on the axes are those of the filter, wherever it was set.
  useEffect(() => {
    if (!made) return;
    // A new axis has no scale, and a mark on it throws, until the option that brought it is applied; that is lazy, and this hastens it.
    made.resize();
    ranged.current.marking = true;
    axes.forEach(({ name, gene }, dim) => {
      const { min, max } = ranges[name] ?? {};
      const unit = inUnit(name, 1);
      const interval = [(min ?? -1e300) * unit, (max ?? 1e300) * unit];
      if (gene === null) made.dispatchAction({ type: "axisAreaSelect", parallelAxisId: `axis${dim}`, intervals: min === undefined && max === undefined ? [] : [interval] });
    });
    ranged.current.marking = false;
  }, [made, axes, ranges, option]);
  useEffect(() => {
    if (!made) return;
    const listener = (event: unknown) => {
      if (ranged.current.marking) return;
      const { parallelAxisId, intervals } = event as { parallelAxisId: string; intervals: [number, number][] };
      const index = Number(/\d+$/.exec(parallelAxisId)?.[0]);
      const axis = ranged.current.axes[index];
      if (axis?.gene !== null || !axis) return;
      const [interval] = intervals;
      const unit = inUnit(axis.name, 1);
      ranged.current.onRange({ [axis.name]: interval ? { min: interval[0] / unit, max: interval[1] / unit } : {} });
    };
    made.on("axisareaselected", listener);
    return () => made.off("axisareaselected", listener);
  }, [made]);
  return (
    <ChartCard
      title="Parallel coordinates"
      note={`${rows.length} of ${points.matching} trials; the ${axes.filter(({ gene }) => gene !== null).length} genes that matter most`}
      option={option}
      height={340}
      label={`Parallel coordinates of ${axes.map(({ name }) => name).join(", ")}: ${rows.length} trials`}
      onMade={setMade}
      table={() => ({
        columns: ["trial", "front", ...axes.map(({ name }) => name)],
        rows: rows.map((row) => [
          points.number[row],
          points.front[row],
          ...axes.map(({ name, gene }) => (gene === null ? points.values[name]?.[row] : slices.genes[gene]?.levels[choiceOf(points.genomes?.[row] ?? "", gene) ?? -1]?.value)),
        ]),
      })}
    >
      <p class="muted chart-foot">Draw along a metric's axis to narrow the page, along a gene's to bring out its lines here; a click on the axis takes that away.</p>
    </ChartCard>
  );
}
