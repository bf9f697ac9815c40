// How near each operator comes to what the machine can do: the roofline of Williams, Waterman and Patterson. Under the slope memory is the limit,
// under the level line the arithmetic of its precision.
import { useMemo, useState } from "preact/hooks";
import type { MachinePeaks, NetworkPhase } from "../../generated/openapi";
import { post } from "../app/api";
import { useMayChange } from "../app/session";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, useColours } from "../parts/chart";
import { ErrorBox } from "../parts/error_box";
import { threeDigits } from "../parts/format";
import { formatMs } from "./numbers";
import { type Dot, dotsOf, roofOf } from "./timing";

interface RooflineProps {
  phase: NetworkPhase;
  peaks: MachinePeaks | null;
  threads: number;
  onMeasured: () => void;
}

export function RooflineChart({ phase, peaks, threads, onMeasured }: RooflineProps) {
  const colours = useColours();
  const dots = useMemo(() => dotsOf(phase.operators), [phase]);
  const precisions = useMemo(() => [...new Set(dots.map(({ operator }) => operator.precision))], [dots]);
  const option = useMemo<ChartOption>(() => {
    const intensities = dots.map(({ value }) => value[0]);
    const from = 10 ** Math.floor(Math.log10(Math.min(1, ...intensities)));
    const to = 10 ** Math.ceil(Math.log10(Math.max(100, ...intensities)));
    const roofs = peaks
      ? precisions.flatMap((precision) => {
          const peak = peaks.macs_per_ms[precision] ?? peaks.macs_per_ms[precision === "int8_w4" ? "int8" : precision];
          return peak ? [{ precision, peak }] : [];
        })
      : [];
    return {
      animationDuration: 200,
      grid: { left: 62, right: 18, top: 42, bottom: 48 },
      legend: { type: "scroll", top: 0, pageIconColor: colours.accent, pageIconInactiveColor: colours.line, pageTextStyle: { color: colours.muted }, left: 0, itemWidth: 12, itemHeight: 9, textStyle: { color: colours.muted, fontSize: 12 } },
      tooltip: { ...tooltipStyle(), formatter: (item: unknown) => describe((item as { data: Dot }).data) },
      xAxis: { type: "log", min: from, max: to, nameGap: 28, ...axisStyle("MACs per byte moved"), axisLabel: logLabels(colours.muted) },
      yAxis: { type: "log", nameGap: 44, ...axisStyle("GMAC/s"), axisLabel: logLabels(colours.muted) },
      series: [
        ...roofs.map(({ precision, peak }) => ({
          name: `roof ${precision}`,
          type: "line" as const,
          showSymbol: false,
          silent: true,
          lineStyle: { color: colours.precision[precision] ?? colours.muted, width: 2 },
          itemStyle: { color: colours.precision[precision] ?? colours.muted },
          data: roofOf(peak, peaks!.bytes_per_ms, from, to),
          z: 1,
        })),
        ...precisions.map((precision) => ({
          name: precision,
          type: "scatter" as const,
          symbolSize: 10,
          itemStyle: { color: colours.precision[precision] ?? colours.dot, borderColor: colours.text, borderWidth: 0.8, opacity: 0.9 },
          data: dots.filter(({ operator }) => operator.precision === precision),
          z: 3,
        })),
      ],
    };
  }, [dots, precisions, peaks, colours]);
  return (
    <ChartCard
      title="Roofline"
      note={peaks ? "above the slope of memory its data is in caches" : "no roof yet: the peaks of this machine were not measured"}
      controls={<MeasurePeaks known={peaks !== null} threads={threads} onMeasured={onMeasured} />}
      option={option}
      height={330}
      label={`${dots.length} operators by their speed against MACs per byte${peaks ? ", under the roofs of this machine" : ""}`}
      table={() => ({
        columns: ["operator", "precision", "macs_per_byte", "gmacs_per_s", "time_ms"],
        rows: dots.map(({ value, operator }) => [operator.name, operator.precision, value[0], value[1], operator.time_ms]),
      })}
    />
  );
}

function describe(dot: Dot): string {
  if (!dot.operator) return "";
  const [intensity, speed] = dot.value;
  return `${dot.operator.name}, ${dot.operator.precision}\n${threeDigits(speed)} GMAC/s at ${threeDigits(intensity)} MACs per byte\n${formatMs(dot.operator.time_ms!)}`;
}

function logLabels(color: string) {
  return { color, fontSize: 11, hideOverlap: true, formatter: (value: number) => (value >= 1 ? value.toLocaleString() : String(Number(value.toPrecision(1)))) };
}

function MeasurePeaks({ known, threads, onMeasured }: { known: boolean; threads: number; onMeasured: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  if (!useMayChange()) return null;
  const measure = () => {
    setBusy(true);
    post("/v1/operators:peaks", { threads })
      .then(onMeasured, setError)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <ErrorBox error={error} />
      <button type="button" disabled={busy} onClick={measure} title="Takes about a second, alone on the machine; waits for what is being measured">
        {busy ? "Measuring…" : known ? "Measure again" : "Measure the peaks"}
      </button>
    </>
  );
}
