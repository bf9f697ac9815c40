// Where the time of a network goes: a bar for each block, stacked by what its operators do.
import { BarChart } from "echarts/charts";
import { useMemo } from "preact/hooks";
import type { NetworkPhase } from "../../generated/openapi";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, use, useColours } from "../parts/chart";
import { threeDigits } from "../parts/format";
import { formatMs } from "./numbers";
import { barsOf } from "./timing";

use([BarChart]);

interface TimesChartProps {
  phase: NetworkPhase;
  measuredMs: number | null; // of the whole network, where the phase is all of it
}

export function TimesChart({ phase, measuredMs }: TimesChartProps) {
  const colours = useColours();
  const bars = useMemo(() => barsOf(phase.operators), [phase]);
  const option = useMemo<ChartOption>(
    () => ({
      animationDuration: 200,
      grid: { left: 62, right: 12, top: 42, bottom: 40 },
      legend: { type: "scroll", top: 0, pageIconColor: colours.accent, pageIconInactiveColor: colours.line, pageTextStyle: { color: colours.muted }, left: 0, itemWidth: 12, itemHeight: 9, textStyle: { color: colours.muted, fontSize: 12 } },
      tooltip: {
        ...tooltipStyle(),
        trigger: "item",
        formatter: (item: unknown) => {
          const { seriesName, name, value } = item as { seriesName: string; name: string; value: number };
          return `${name}\n${seriesName}  ${formatMs(value)}`;
        },
      },
      xAxis: { type: "category", data: bars.blocks, ...axisStyle(""), splitLine: { show: false } },
      yAxis: { type: "value", nameGap: 44, ...axisStyle("Time (µs)"), axisLabel: { color: colours.muted, fontSize: 11, formatter: (ms: number) => threeDigits(ms * 1000) } },
      series: bars.kinds.map((kind, at) => ({
        name: kind,
        type: "bar" as const,
        stack: "time",
        barMaxWidth: 46,
        itemStyle: { color: kind === "other" ? colours.dot : colours.series[at]! },
        data: bars.ms[at]!,
      })),
    }),
    [bars, colours],
  );
  const sum = phase.sum_ms ?? 0;
  return (
    <ChartCard
      title="Time of operators"
      note={note(sum, phase.estimated_ms, measuredMs)}
      option={option}
      height={330}
      label={`Stacked bars of the time of ${bars.blocks.length} blocks, ${formatMs(sum)} in all; most of it ${bars.kinds[0] ?? "nothing"}`}
      table={() => ({
        columns: ["block", "operator", "kind", "precision", "time_ms", "macs", "moved_bytes", "estimated"],
        rows: phase.operators.map((each) => [each.block, each.name, each.kind, each.precision, each.time_ms, each.macs, each.moved_bytes, String(each.estimated)]),
      })}
    />
  );
}

function note(sum: number, estimated: number, measured: number | null): string {
  const words = [`${formatMs(sum)} in all`];
  if (measured !== null) words.push(`measured whole ${formatMs(measured)}`);
  if (sum > 0 && estimated > 0) words.push(`${((100 * estimated) / sum).toFixed(0)} % estimated from operators of the same kind`);
  return words.join(", ");
}
