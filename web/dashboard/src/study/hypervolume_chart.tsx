// How the front grew: its hypervolume after each finished trial.
import { useMemo } from "preact/hooks";
import { axisStyle, ChartCard, type ChartOption, themeColours, tooltipStyle } from "../parts/chart";
import type { StudyView } from "./reduce";

export function HypervolumeChart({ view, theme }: { view: StudyView; theme: string }) {
  const option = useMemo<ChartOption>(() => {
    const colours = themeColours();
    return {
      animationDuration: 200,
      grid: { left: 58, right: 18, top: 14, bottom: 48 },
      tooltip: {
        ...tooltipStyle(),
        trigger: "axis",
        formatter: (items: unknown) => {
          const point = (items as { value: [number, number] }[])[0];
          return point ? `${point.value[0]} trials\nhypervolume ${point.value[1].toFixed(4)}` : "";
        },
      },
      xAxis: { type: "value", min: 0, nameGap: 28, ...axisStyle("finished trials") },
      yAxis: { type: "value", scale: true, nameGap: 42, ...axisStyle("hypervolume") },
      series: [
        {
          type: "line",
          step: "end",
          showSymbol: false,
          lineStyle: { color: colours.accent, width: 2 },
          itemStyle: { color: colours.accent },
          areaStyle: { color: colours.accent, opacity: 0.12 },
          data: view.history.map((point) => [point.trials, point.hypervolume]),
        },
      ],
    };
  }, [view.history, theme]);

  const latest = view.history.at(-1);
  return (
    <ChartCard
      title="Hypervolume"
      note={
        <span title="Share of the box between the ideal and the reference point that the front dominates">
          {latest ? `${latest.hypervolume.toFixed(4)} of the box between ideal and reference` : "known after eight trials"}
        </span>
      }
      option={option}
      height={400}
      label={`Hypervolume over trials, now ${latest?.hypervolume.toFixed(4) ?? "unknown"}`}
      table={() => ({ columns: ["trials", "elapsed_s", "hypervolume"], rows: view.history.map((point) => [point.trials, point.elapsed, point.hypervolume]) })}
    />
  );
}
