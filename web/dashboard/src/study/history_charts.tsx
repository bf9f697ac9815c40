// How far the study has come: hypervolume beside that of other studies, and the best of each objective so far.
import { useEffect, useMemo, useState } from "preact/hooks";
import { getAll } from "../app/api";
import type { Study } from "../app/model";
import { changeQuery, useQuery } from "../app/router";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, useColours } from "../parts/chart";
import { formatDuration, formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { comparable, insight, type StudyHistory } from "./insight";
import { type HistoryPoint, historyPoints } from "./reduce";

interface Line {
  name: string;
  points: HistoryPoint[];
}

type Across = "trials" | "elapsed";

function acrossAxis(across: Across, log: boolean) {
  const style = axisStyle(across === "trials" ? "Trials" : "Time");
  const axisLabel = { ...style.axisLabel, ...(across === "elapsed" ? { formatter: (seconds: number) => formatDuration(seconds) } : {}) };
  return { type: log ? ("log" as const) : ("value" as const), min: log ? ("dataMin" as const) : 0, ...style, axisLabel, nameGap: 26 };
}

const at = (point: HistoryPoint, across: Across, log: boolean) => (log ? Math.max(point[across], across === "trials" ? 1 : 0.1) : point[across]);

function hypervolumeOption(lines: Line[], across: Across, log: boolean, colours: ReturnType<typeof useColours>): ChartOption {
  return {
    animation: false,
    grid: { left: 52, right: 16, top: 12, bottom: 40 },
    xAxis: acrossAxis(across, log),
    yAxis: { type: "value", scale: true, ...axisStyle(""), axisLabel: { ...axisStyle("").axisLabel, formatter: (value: number) => String(Number(value.toPrecision(4))) } },
    tooltip: { ...tooltipStyle(), trigger: "axis", valueFormatter: (value: unknown) => (typeof value === "number" ? value.toFixed(4) : "–") },
    series: lines.map(({ name, points }, k) => ({
      type: "line",
      name,
      step: "end",
      showSymbol: points.length < 2,
      lineStyle: { width: k === 0 ? 2.2 : 1.5, color: colours.series[k % 7]!, type: k === 0 ? "solid" : "dashed" },
      itemStyle: { color: colours.series[k % 7]! },
      ...(k === 0 ? { areaStyle: { color: colours.series[0]!, opacity: 0.08 } } : {}),
      data: points.filter(({ hypervolume }) => hypervolume !== null).map((point) => [at(point, across, log), point.hypervolume]),
    })),
  };
}

// Hypervolumes are comparable by one reference only: the others' are computed anew by this study's.
function useOverlays(ids: string[], others: Study[], reference: Record<string, number> | null): Line[] {
  const [lines, setLines] = useState<Record<string, Line>>({});
  const by = reference && Object.entries(reference).map(([metric, value]) => `${metric}:${value}`).join(",");
  const wanted = ids.join();
  useEffect(() => {
    setLines({});
    if (!by) return;
    let gone = false;
    for (const id of ids) {
      const name = others.find((other) => other.id === id)?.name ?? id;
      insight<StudyHistory>(id, "history", { reference: by }).then(
        ({ history }) => gone || setLines((before) => ({ ...before, [id]: { name, points: historyPoints(history) } })),
        () => {},
      );
    }
    return () => {
      gone = true;
    };
  }, [wanted, by, others.length]);
  return ids.flatMap((id) => lines[id] ?? []);
}

interface HistoryProps {
  study: Study;
  history: HistoryPoint[];
}

export function HypervolumeChart({ study, history, reference }: HistoryProps & { reference: Record<string, number> | null }) {
  const colours = useColours();
  const [across, setAcross] = useQuery("hv", "trials");
  const [log, setLog] = useQuery("log");
  const [withIds] = useQuery("with");
  const [others, setOthers] = useState<Study[]>([]);
  useEffect(() => {
    getAll<Study>("/v1/studies").then(
      (all) => setOthers(all.filter((other) => other.id !== study.id && comparable(other.spec, study.spec) && other.progress.trials > 0)),
      () => {},
    );
  }, [study.id]);
  const ids = useMemo(() => withIds.split(",").filter(Boolean), [withIds]);
  const overlays = useOverlays(ids, others, reference);
  const by: Across = across === "time" ? "elapsed" : "trials";
  const lines = useMemo(() => [{ name: study.name, points: history }, ...overlays], [study.name, history, overlays.length, withIds]);
  const option = useMemo(() => hypervolumeOption(lines, by, log === "1", colours), [lines, by, log, colours]);
  const now = history.at(-1)?.hypervolume;
  return (
    <ChartCard
      title="Hypervolume"
      note={typeof now === "number" ? now.toFixed(4) : ""}
      option={option}
      height={250}
      label={`Hypervolume over ${by === "trials" ? "trials" : "time"}, now ${typeof now === "number" ? now.toFixed(4) : "not known yet"}${overlays.map(({ name }) => `, beside ${name}`).join("")}`}
      controls={[
        <label class="field" key="across">
          against
          <select value={across} onChange={(event) => setAcross(event.currentTarget.value)}>
            <option value="trials">trials</option>
            <option value="time">time</option>
          </select>
        </label>,
        <label class="field" key="log">
          <input type="checkbox" checked={log === "1"} onChange={(event) => setLog(event.currentTarget.checked ? "1" : "")} /> log
        </label>,
      ]}
      table={() => ({
        columns: ["study", "trials", "elapsed_s", "hypervolume"],
        rows: lines.flatMap(({ name, points }) => points.map((point) => [name, point.trials, point.elapsed, point.hypervolume])),
      })}
    >
      {others.length > 0 && (
        <div class="overlays">
          {ids.map((id, k) => (
            <button
              key={id}
              type="button"
              class={`chip series-${((k + 1) % 7) + 1}`}
              aria-label={`Take ${others.find((other) => other.id === id)?.name ?? id} away`}
              onClick={() => changeQuery({ with: ids.filter((each) => each !== id).join(",") })}
            >
              {others.find((other) => other.id === id)?.name ?? id} ✕
            </button>
          ))}
          <label class="field">
            beside
            <select value="" aria-label="Show another study's hypervolume beside it" onChange={(event) => changeQuery({ with: [...ids, event.currentTarget.value].join(",") })}>
              <option value="">another study…</option>
              {others
                .filter(({ id }) => !ids.includes(id))
                .map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
            </select>
          </label>
        </div>
      )}
    </ChartCard>
  );
}

export function BestChart({ study, history }: HistoryProps) {
  const colours = useColours();
  const objectives = study.spec.objectives;
  const [across] = useQuery("hv", "trials");
  const [log] = useQuery("log");
  const by: Across = across === "time" ? "elapsed" : "trials";
  const option = useMemo((): ChartOption => {
    return {
      animation: false,
      tooltip: { ...tooltipStyle(), trigger: "axis" },
      grid: objectives.map((_, k) => ({ left: 62, right: 16, top: `${(k * 82) / objectives.length + 4}%`, height: `${82 / objectives.length - 9}%` })),
      xAxis: objectives.map((_, k) => {
        const style = acrossAxis(by, log === "1");
        return k === objectives.length - 1 ? { ...style, gridIndex: k } : { ...style, gridIndex: k, name: "", axisLabel: { show: false } };
      }),
      yAxis: objectives.map(({ metric }, k) => ({
        type: "value" as const,
        scale: true,
        gridIndex: k,
        splitNumber: 2,
        ...axisStyle(""),
        axisLabel: { ...axisStyle("").axisLabel, formatter: (value: number) => `${Number(value.toPrecision(4)).toLocaleString("en")} ${metricUnit(metric)}` },
      })),
      series: objectives.map(({ metric }, k) => ({
        type: "line" as const,
        name: metricLabel(metric),
        xAxisIndex: k,
        yAxisIndex: k,
        step: "end" as const,
        showSymbol: false,
        lineStyle: { width: 2, color: colours.series[k % 7]! },
        itemStyle: { color: colours.series[k % 7]! },
        data: history
          .filter(({ best }) => typeof best[metric] === "number")
          .map((point) => [at(point, by, log === "1"), Number(inUnit(metric, point.best[metric]!).toPrecision(6))]),
      })),
    };
  }, [history, objectives, by, log, colours]);
  const last = history.at(-1);
  return (
    <ChartCard
      title="Best so far"
      note={objectives.map(({ metric }, k) => (
        <span key={metric} class={`swatch series-${(k % 7) + 1}`}>
          {metricLabel(metric)}
        </span>
      ))}
      option={option}
      height={250}
      label={`Best of each objective over ${by === "trials" ? "trials" : "time"}: ${objectives
        .map(({ metric }) => `${metricLabel(metric)} ${typeof last?.best[metric] === "number" ? formatMetric(metric, last.best[metric]!) : "none"}`)
        .join(", ")}`}
      table={() => ({
        columns: ["trials", "elapsed_s", ...objectives.map(({ metric }) => metric)],
        rows: history.map((point) => [point.trials, point.elapsed, ...objectives.map(({ metric }) => point.best[metric])]),
      })}
    />
  );
}
