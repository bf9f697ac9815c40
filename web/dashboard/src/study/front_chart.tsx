// The Pareto front, two objectives at a time: the front joined by a line, what it dominates as faint dots, the baselines as diamonds.
import { useMemo, useState } from "preact/hooks";
import type { Objective, Trial } from "../app/model";
import { axisStyle, ChartCard, type ChartOption, themeColours, tooltipStyle } from "../parts/chart";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import type { StudyView } from "./reduce";

interface Dot {
  value: [number, number];
  trial: Trial;
}

function axisName(metric: string): string {
  const unit = metricUnit(metric);
  return unit ? `${metricLabel(metric)} (${unit})` : metricLabel(metric);
}

function describe(trial: Trial, objectives: Objective[]): string {
  const title = trial.origin.baseline ? `${trial.origin.baseline} (trial ${trial.number})` : `Trial ${trial.number}`;
  const lines = objectives.map(({ metric }) => {
    const measured = trial.metrics[metric];
    const label = measured?.source === "predicted" ? ", predicted" : "";
    return measured ? `${metricLabel(metric)}  ${formatMetric(metric, measured.value)}${label}` : "";
  });
  return [title, ...lines.filter(Boolean)].join("\n");
}

interface FrontChartProps {
  view: StudyView;
  objectives: Objective[];
  theme: string;
  selected: number | null;
  onSelect: (trial: number) => void;
}

export function FrontChart({ view, objectives, theme, selected, onSelect }: FrontChartProps) {
  const metrics = objectives.map(({ metric }) => metric);
  const [x, setX] = useState(metrics[1] ?? metrics[0] ?? "");
  const [y, setY] = useState(metrics[0] ?? "");

  const option = useMemo<ChartOption>(() => {
    const colours = themeColours();
    const shown: Trial[] = view.trials.filter((trial) => trial && trial.metrics[x] && trial.metrics[y] && trial.state !== "failed");
    const dot = (trial: Trial): Dot => ({
      value: [inUnit(x, trial.metrics[x]!.value), inUnit(y, trial.metrics[y]!.value)],
      trial,
    });
    const onFront = (trial: Trial) => view.front.has(trial.number);
    const baselines = shown.filter((trial) => trial.origin.baseline);
    const front = shown.filter(onFront);
    const rest = shown.filter((trial) => !onFront(trial) && !trial.origin.baseline);
    const chosen = shown.filter((trial) => trial.number === selected);
    return {
      animationDuration: 200,
      grid: { left: 58, right: 18, top: 36, bottom: 48 },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 9, textStyle: { color: colours.muted, fontSize: 12 } },
      tooltip: { ...tooltipStyle(), formatter: (item: unknown) => describe((item as { data: Dot }).data.trial, objectives) },
      xAxis: { type: "value", scale: true, nameGap: 28, ...axisStyle(axisName(x)) },
      yAxis: { type: "value", scale: true, nameGap: 42, ...axisStyle(axisName(y)) },
      series: [
        { name: "dominated", type: "scatter", symbolSize: 7, itemStyle: { color: colours.dot, opacity: 0.55 }, data: rest.map(dot) },
        {
          name: "front",
          type: "scatter",
          symbolSize: 10,
          itemStyle: { color: colours.accent, borderColor: colours.surface, borderWidth: 1 },
          data: front.map(dot),
          z: 3,
        },
        {
          name: "baselines",
          type: "scatter",
          symbol: "diamond",
          symbolSize: 15,
          itemStyle: { color: colours.warm, borderColor: colours.surface, borderWidth: 1 },
          data: baselines.map(dot),
          z: 4,
        },
        {
          type: "scatter",
          symbolSize: 20,
          silent: true,
          itemStyle: { color: "transparent", borderColor: colours.text, borderWidth: 2 },
          data: chosen.map(dot),
          z: 5,
        },
      ],
    };
  }, [view, x, y, theme, selected, objectives]);

  // A front of guesses must not pass for one of measurements.
  const predicted = metrics.filter((metric) => view.trials.some((trial) => trial?.metrics[metric]?.source === "predicted"));
  const axis = (label: string, value: string, set: (metric: string) => void) => (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        {metrics.map((metric) => (
          <option key={metric} value={metric}>
            {metricLabel(metric)}
          </option>
        ))}
      </select>
    </label>
  );

  return (
    <ChartCard
      title="Pareto front"
      note={`${view.front.size} networks, ${predicted.length > 0 ? `${predicted.map(metricLabel).join(" and ")} predicted` : "each measured"}`}
      controls={
        <>
          {axis("across", x, setX)}
          {axis("up", y, setY)}
        </>
      }
      option={option}
      height={400}
      label={`Scatter of ${metricLabel(y)} against ${metricLabel(x)}; ${view.front.size} trials on the front of ${view.finished} finished`}
      onClick={(data) => onSelect((data as Dot).trial.number)}
      table={() => ({
        columns: ["trial", "on_front", ...metrics],
        rows: view.trials.filter(Boolean).map((trial) => [
          trial.number,
          String(view.front.has(trial.number)),
          ...metrics.map((metric) => trial.metrics[metric]?.value),
        ]),
      })}
    />
  );
}
