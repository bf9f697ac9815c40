// Who was at which trial when, and what went wrong how often.
import { useMemo } from "preact/hooks";
import { go, link } from "../app/router";
import { axisStyle, ChartCard, type ChartOption, tooltipStyle, useColours } from "../parts/chart";
import { ErrorBox } from "../parts/error_box";
import { formatDuration, formatMetric, metricLabel } from "../parts/format";
import { type Failures, insight, type Timeline } from "./insight";
import { useKept } from "./keep";
import { Waiting } from "./waiting";

const nameOf = (worker: string) => worker || "this server";

/** The rows of the chart: each worker's lanes below each other. */
function lanesOf(timeline: Timeline): string[] {
  const most = new Map<string, number>();
  for (const { worker, lane } of timeline.bars) most.set(worker, Math.max(most.get(worker) ?? 0, lane));
  for (const { worker } of timeline.bins) most.set(worker, 0);
  return [...most].sort(([a], [b]) => a.localeCompare(b)).flatMap(([worker, lanes]) => Array.from({ length: lanes + 1 }, (_, lane) => `${worker}\n${lane}`));
}

function timelineOption(timeline: Timeline, lanes: string[], colours: ReturnType<typeof useColours>): ChartOption {
  const good = (state: string) => (state === "succeeded" ? colours.series[0] : state === "infeasible" ? colours.series[4] : state === "failed" || state === "expired" ? colours.bad : colours.dot);
  const most = Math.max(1, ...timeline.bins.map(({ finished }) => finished));
  const rect = (api: { coord(at: number[]): number[]; size(of: number[]): number[] }, from: number, to: number, lane: number, share: number) => {
    const [x1, y] = api.coord([from, lane]);
    const [x2] = api.coord([to, lane]);
    const height = Math.max(2, api.size([0, 1])[1]! * 0.78);
    return { x: x1!, y: y! + height / 2 - height * share, width: Math.max(1, x2! - x1! - 0.5), height: height * share, r: 1.5 };
  };
  const data = timeline.bars.length
    ? timeline.bars.map((bar) => ({ value: [bar.from_s, bar.to_s, lanes.indexOf(`${bar.worker}\n${bar.lane}`), 1], number: bar.number, words: `Trial ${bar.number}, ${bar.state}\n${nameOf(bar.worker)}, ${formatDuration(bar.to_s - bar.from_s)}`, colour: good(bar.state) }))
    : timeline.bins.map((bin) => ({
        value: [bin.from_s, bin.to_s, lanes.indexOf(`${bin.worker}\n0`), bin.finished / most],
        number: -1,
        words: `${nameOf(bin.worker)}, ${formatDuration(bin.from_s)} to ${formatDuration(bin.to_s)}\n${bin.finished} trials ended, ${bin.failed} of them failed`,
        colour: bin.failed * 2 > bin.finished ? colours.bad : colours.series[0],
      }));
  return {
    animation: false,
    grid: { left: 96, right: 18, top: 10, bottom: 44 },
    xAxis: { type: "value", min: timeline.from_s, max: timeline.to_s, ...axisStyle("since the first trial"), nameGap: 26, axisLabel: { ...axisStyle("").axisLabel, formatter: (seconds: number) => formatDuration(seconds) } },
    yAxis: {
      type: "category",
      inverse: true,
      data: lanes,
      ...axisStyle(""),
      splitLine: { show: false },
      axisLabel: { ...axisStyle("").axisLabel, color: colours.text, interval: 0, width: 84, overflow: "truncate", formatter: (lane: string) => (lane.endsWith("\n0") ? nameOf(lane.split("\n")[0]!) : "") },
    },
    dataZoom: [{ type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl" }],
    tooltip: { ...tooltipStyle(), formatter: (item: unknown) => (item as { data: { words: string } }).data.words },
    series: [
      {
        type: "custom",
        name: "trials",
        data,
        encode: { x: [0, 1], y: 2 },
        clip: true,
        renderItem: (item: { dataIndex: number }, api: { value(i: number): number; coord(at: number[]): number[]; size(of: number[]): number[] }) => ({
          type: "rect",
          shape: rect(api, api.value(0), api.value(1), api.value(2), api.value(3)),
          style: { fill: data[item.dataIndex]!.colour, opacity: 0.8 },
        }),
      },
    ] as never,
  };
}

function TimelineChart({ id, timeline }: { id: string; timeline: Timeline }) {
  const colours = useColours();
  const lanes = useMemo(() => lanesOf(timeline), [timeline]);
  const option = useMemo(() => timelineOption(timeline, lanes, colours), [timeline, lanes, colours]);
  const ended = timeline.bars.length || timeline.bins.reduce((sum, { finished }) => sum + finished, 0);
  return (
    <ChartCard
      title="Timeline"
      note={timeline.bars.length ? `${timeline.bars.length} trials, each from when it was proposed until it was over` : `${ended} trials: how many ended in each stretch of time`}
      option={option}
      height={Math.min(520, Math.max(140, lanes.length * (timeline.bars.length ? 20 : 70) + 70))}
      label={`Timeline of ${ended} trials over ${formatDuration(timeline.last_s)} by ${new Set(lanes.map((lane) => nameOf(lane.split("\n")[0]!))).size} workers`}
      onClick={(data) => {
        const number = (data as { number?: number } | undefined)?.number ?? -1;
        if (number >= 0) go(link(["studies", id, "trials", number]));
      }}
      table={() =>
        timeline.bars.length
          ? { columns: ["trial", "state", "worker", "from_s", "to_s"], rows: timeline.bars.map((bar) => [bar.number, bar.state, nameOf(bar.worker), bar.from_s, bar.to_s]) }
          : { columns: ["worker", "from_s", "to_s", "ended", "failed"], rows: timeline.bins.map((bin) => [nameOf(bin.worker), bin.from_s, bin.to_s, bin.finished, bin.failed]) }
      }
    >
      <p class="legend chart-foot">
        <span class="swatch series-1">succeeded</span>
        <span class="swatch series-5">infeasible</span>
        <span class="swatch bad">failed</span>
        <span class="swatch dot">under way</span>
      </p>
    </ChartCard>
  );
}

function FailureTable({ id, failures }: { id: string; failures: Failures }) {
  const failed = failures.groups.reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="card" aria-labelledby="failures-title">
      <header class="card-head">
        <h2 id="failures-title">Failures by reason</h2>
        <span class="muted">{failed ? `${failed} of ${failures.finished} trials` : `none of ${failures.finished} trials failed`}</span>
      </header>
      {failures.groups.length > 0 && (
        <ul class="failures">
          {failures.groups.map(({ reason, example, state, count, numbers }) => (
            <li key={`${state} ${reason}`}>
              <strong>{count}</strong>
              <div>
                <span title={example}>{reason || "no reason was given"}</span> {state === "expired" && <span class="tag">expired</span>}
                {example !== reason && <span class="muted example">for example: {example}</span>}
                <span class="muted">
                  trials
                  {numbers.slice(0, 8).map((number) => (
                    <>
                      {" "}
                      <a key={number} href={link(["studies", id, "trials", number])}>
                        {number}
                      </a>
                    </>
                  ))}
                  {count > 8 && " …"}
                </span>
              </div>
            </li>
          ))}
        </ul>
      )}
      {failures.constraints.map(({ metric, count, min, max }) => (
        <p key={metric} class="muted">
          {count} trials are beyond {metricLabel(metric).toLowerCase()}
          {typeof max === "number" && ` ≤ ${formatMetric(metric, max)}`}
          {typeof min === "number" && ` ≥ ${formatMetric(metric, min)}`}: measured, but infeasible.
        </p>
      ))}
    </section>
  );
}

export function ActivityTab({ id, stage }: { id: string; stage: number }) {
  const timeline = useKept(() => insight<Timeline>(id, "timeline"), [id, stage]);
  const failures = useKept(() => insight<Failures>(id, "failures"), [id, stage]);
  if (timeline.error ?? failures.error) return <ErrorBox error={timeline.error ?? failures.error} />;
  if (!timeline.value || !failures.value) return <Waiting height={500} />;
  return (
    <>
      <TimelineChart id={id} timeline={timeline.value} />
      <FailureTable id={id} failures={failures.value} />
    </>
  );
}
