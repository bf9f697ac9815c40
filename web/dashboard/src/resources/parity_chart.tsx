// A predictor's guesses against what was measured, on networks that it had not seen: the nearer to the diagonal, the better.
import { CustomChart } from "echarts/charts";
import { useMemo } from "preact/hooks";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, use, useColours } from "../parts/chart";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { formatSpread } from "../trial/numbers";

use([CustomChart]);

export interface Quality {
  kendall_tau?: number;
  spearman?: number;
  r2?: number;
  mape?: number;
  rmse?: number;
  coverage?: number;
  rows?: number;
  folds?: number;
  parity?: { measured: number; predicted: number; standard_deviation: number }[];
}

const WITHIN = 1.645; // standard deviations, for 90 %

interface Api {
  value: (dimension: number) => number;
  coord: (point: [number, number]) => [number, number];
}

export function ParityChart({ metric, quality }: { metric: string; quality: Quality }) {
  const colours = useColours();
  const parity = quality.parity ?? [];
  const option = useMemo<ChartOption>(() => {
    const shown = (value: number) => inUnit(metric, value);
    const unit = metricUnit(metric) ? ` (${metricUnit(metric)})` : "";
    const points = parity.map(({ measured, predicted, standard_deviation: deviation }) => [
      shown(measured),
      shown(predicted),
      shown(predicted - WITHIN * deviation),
      shown(predicted + WITHIN * deviation),
    ]);
    const low = Math.min(...points.map(([x = 0, y = 0]) => Math.min(x, y)));
    const high = Math.max(...points.map(([x = 0, y = 0]) => Math.max(x, y)));
    return {
      animationDuration: 200,
      grid: { left: 62, right: 18, top: 14, bottom: 48 },
      tooltip: {
        ...tooltipStyle(),
        formatter: (item: unknown) => {
          const guess = parity[(item as { dataIndex: number }).dataIndex];
          return guess ? `measured   ${formatMetric(metric, guess.measured)}\npredicted  ${formatMetric(metric, guess.predicted)} ± ${formatSpread(metric, guess.standard_deviation)}` : "";
        },
      },
      xAxis: { type: "value", scale: true, nameGap: 28, ...axisStyle(`measured ${metricLabel(metric).toLowerCase()}${unit}`) },
      yAxis: { type: "value", scale: true, nameGap: 44, ...axisStyle(`predicted${unit}`) },
      series: [
        { type: "line", silent: true, showSymbol: false, lineStyle: { color: colours.muted, type: "dashed", width: 1 }, data: [[low, low], [high, high]] },
        {
          type: "custom",
          silent: true,
          // Its 90 % interval, as far as it is shown.
          renderItem: (_: unknown, api: Api) => {
            const [x = 0, from = 0] = api.coord([api.value(0), api.value(2)]);
            const [, to = 0] = api.coord([api.value(0), api.value(3)]);
            return { type: "line", shape: { x1: x, y1: from, x2: x, y2: to }, style: { stroke: colours.accent, opacity: 0.25 } };
          },
          clip: true,
          encode: { x: 0, y: [2, 3] },
          data: points,
        },
        { type: "scatter", symbolSize: 5, itemStyle: { color: colours.accent, opacity: 0.75 }, data: points.map(([x, y]) => [x, y]) },
      ],
    };
  }, [metric, quality, colours]);
  return (
    <ChartCard
      title="Parity"
      note={`${parity.length} networks that the model had not seen`}
      option={option}
      height={440}
      label={`Predicted against measured ${metricLabel(metric)} of ${parity.length} networks, Kendall tau ${quality.kendall_tau?.toFixed(3) ?? "unknown"}`}
      table={() => ({ columns: ["measured", "predicted", "standard_deviation"], rows: parity.map((each) => [each.measured, each.predicted, each.standard_deviation]) })}
    />
  );
}
