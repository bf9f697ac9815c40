// How well what was predicted of trials agrees with what they measured, and whether it gets better.
import { useMemo } from "preact/hooks";
import type { Objective } from "../app/model";
import { go, link, useQuery } from "../app/router";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, useColours } from "../parts/chart";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { MetricSelect } from "../parts/metric_select";
import { formatSpread } from "../trial/numbers";
import { insight, type Parity } from "./insight";
import { useKept } from "./keep";
import { Waiting } from "./waiting";

function parityOption(parity: Parity, metric: string, colours: ReturnType<typeof useColours>): ChartOption {
  const data = parity.number.map((number, i) => ({ value: [inUnit(metric, parity.predicted![i]!), inUnit(metric, parity.measured![i]!)], number, spread: parity.spread![i] ?? 0 }));
  const all = data.flatMap(({ value }) => value);
  const [low, high] = all.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)] as [number, number], [Infinity, -Infinity] as [number, number]);
  const off = (distance: number) => [
    [low, low + inUnit(metric, distance)],
    [high, high + inUnit(metric, distance)],
  ];
  const line = (name: string, distance: number, type: "solid" | "dashed") => ({
    type: "line",
    name,
    silent: true,
    showSymbol: false,
    data: off(distance),
    lineStyle: { color: type === "solid" ? colours.text : colours.muted, width: type === "solid" ? 1.4 : 1, type, opacity: 0.7 },
  });
  const error = parity.overall!;
  const unit = metricUnit(metric) ? `, ${metricUnit(metric)}` : "";
  return {
    animation: false,
    grid: { left: 62, right: 18, top: 14, bottom: 46 },
    xAxis: { type: "value", scale: true, ...axisStyle(`predicted ${metricLabel(metric).toLowerCase()}${unit}`), nameGap: 28 },
    yAxis: { type: "value", scale: true, ...axisStyle(`measured${unit}`), nameGap: 44 },
    tooltip: {
      ...tooltipStyle(),
      formatter: (item: unknown) => {
        const { data: dot } = item as { data: { number: number; spread: number } };
        const i = parity.number.indexOf(dot.number);
        return `Trial ${dot.number}\npredicted ${formatMetric(metric, parity.predicted![i]!)}\nmeasured ${formatMetric(metric, parity.measured![i]!)}${dot.spread ? ` ± ${formatSpread(metric, dot.spread)}` : ""}`;
      },
    },
    series: [
      { type: "scatter", name: "trials", data, symbolSize: 5.5, itemStyle: { color: colours.accent, opacity: 0.5 } },
      line("right", 0, "solid"),
      line("nine of ten lie above", error.low, "dashed"),
      line("nine of ten lie below", error.high, "dashed"),
    ] as never,
  };
}

function errorOption(parity: Parity, metric: string, colours: ReturnType<typeof useColours>): ChartOption {
  const at = (value: (part: Parity["over_time"][number]) => number | null) => parity.over_time.map((part) => [part.trials, value(part)]);
  return {
    animation: false,
    grid: [
      { left: 62, right: 18, top: 26, height: "36%" },
      { left: 62, right: 18, bottom: 46, height: "30%" },
    ],
    xAxis: [0, 1].map((gridIndex) => ({ type: "value" as const, gridIndex, min: 0, ...axisStyle(gridIndex ? "Trials" : ""), nameGap: 28, ...(gridIndex ? {} : { axisLabel: { show: false } }) })),
    yAxis: [
      { type: "value", gridIndex: 0, min: 0, splitNumber: 3, ...axisStyle(`mean error${metricUnit(metric) ? `, ${metricUnit(metric)}` : ""}`), nameGap: 44 },
      { type: "value", gridIndex: 1, max: 1, splitNumber: 3, scale: true, ...axisStyle("Kendall's τ"), nameGap: 44 },
    ],
    tooltip: { ...tooltipStyle(), trigger: "axis", valueFormatter: (value: unknown) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : "–") },
    series: [
      { type: "line", name: "mean absolute error", symbolSize: 4, data: at((part) => inUnit(metric, part.mean_absolute_error)), lineStyle: { color: colours.series[1]!, width: 2 }, itemStyle: { color: colours.series[1]! } },
      { type: "line", name: "Kendall's τ", xAxisIndex: 1, yAxisIndex: 1, symbolSize: 4, data: at((part) => part.kendall_tau), lineStyle: { color: colours.series[2]!, width: 2 }, itemStyle: { color: colours.series[2]! } },
    ],
  };
}

export function PredictionsTab({ id, stage, objectives }: { id: string; stage: number; objectives: Objective[] }) {
  const colours = useColours();
  const [wanted, setMetric] = useQuery("of");
  const answer = useKept(() => insight<Parity>(id, "parity", { metric: wanted || undefined }), [id, wanted, stage]);
  const parity = answer.value;
  const parityChart = useMemo(() => (parity?.overall ? parityOption(parity, parity.metric, colours) : {}), [parity, colours]);
  const errorChart = useMemo(() => (parity?.overall ? errorOption(parity, parity.metric, colours) : {}), [parity, colours]);
  if (answer.error) return <ErrorBox error={answer.error} />;
  if (!parity) return <Waiting height={420} />;
  const error = parity.overall;
  if (!error || parity.predicted === undefined)
    return (
      <Empty title={parity.metrics.length ? `${metricLabel(parity.metric)} of no trial was predicted` : "Nothing was predicted in this study"}>
        <p>
          Algorithms that learn from what they measured (quarry, linas, boshnas and others) say with each trial what they expect of it. Here it is compared with what came.
          {parity.metrics.length > 0 && ` Predicted are ${parity.metrics.join(", ")}.`}
        </p>
        {parity.metrics.length > 0 && (
          <p>
            {parity.metrics.map((metric) => (
              <button key={metric} type="button" onClick={() => setMetric(metric)}>
                {metricLabel(metric)}
              </button>
            ))}
          </p>
        )}
      </Empty>
    );
  const metrics = objectives.map(({ metric }) => metric).filter((metric) => parity.metrics.includes(metric));
  const metric = parity.metric;
  const dots = parity.number.map((number, i) => [number, parity.predicted![i], parity.measured![i], parity.spread![i]]);
  return (
    <div class="charts halves">
      <ChartCard
        title="Predicted and measured"
        note={`${parity.count.toLocaleString("en")} trials`}
        option={parityChart}
        height={400}
        label={`Parity of ${metricLabel(metric)}: ${parity.count} predictions, mean absolute error ${formatMetric(metric, error.mean_absolute_error)}, Kendall's tau ${error.kendall_tau?.toFixed(2) ?? "not known"}`}
        onClick={(data) => {
          const number = (data as { number?: number } | undefined)?.number;
          if (number !== undefined) go(link(["studies", id, "trials", number]));
        }}
        controls={<MetricSelect label="of" value={metric} metrics={metrics} onChange={setMetric} />}
        table={() => ({ columns: ["trial", "predicted", "measured", "spread"], rows: dots })}
      >
        <p class="muted chart-foot">Nine of ten of the latest {error.count} measured between {formatMetric(metric, error.low)} and +{formatMetric(metric, error.high)} of what was predicted (dashed). A trial does not keep the predictor's own deviation.</p>
      </ChartCard>
      <ChartCard
        title="Error over time"
        note={`mean ${formatMetric(metric, error.mean_absolute_error)}, τ ${error.kendall_tau?.toFixed(2) ?? "–"}`}
        option={errorChart}
        height={400}
        label={`Prediction error over trials, from ${formatMetric(metric, parity.over_time[0]!.mean_absolute_error)} to ${formatMetric(metric, parity.over_time.at(-1)!.mean_absolute_error)}`}
        table={() => ({
          columns: ["trials", "predictions", "mean_absolute_error", "bias", "low", "high", "kendall_tau"],
          rows: parity.over_time.map((part) => [part.trials, part.count, part.mean_absolute_error, part.bias, part.low, part.high, part.kendall_tau]),
        })}
      />
    </div>
  );
}
