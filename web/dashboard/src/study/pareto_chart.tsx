// The front: any two metrics, or three in a box that can be turned. Where numbers come from is told by shape, the front by colour, what the constraints
// forbid by shade. Dragging over the chart keeps what lies in the rectangle, everywhere on the page.
import { CustomChart } from "echarts/charts";
import { MarkAreaComponent } from "echarts/components";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Constraint, Objective } from "../app/model";
import { go, link } from "../app/router";
import { axisStyle, ChartCard, type ChartOption, type ECharts, tooltipStyle, use, useColours } from "../parts/chart";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import { dragBrush } from "./drag_brush";
import type { Points } from "./insight";
import { describe, KINDS, SYMBOLS } from "./marks";
import { EDGES, placeIn, project, type Space, type Turn } from "./projection";
import type { Ranges } from "./where";

use([CustomChart, MarkAreaComponent]);

interface Dot {
  value: number[];
  row: number;
}

const axisName = (metric: string) => `${metricLabel(metric)}${metricUnit(metric) ? `, ${metricUnit(metric)}` : ""}`;

type Colours = ReturnType<typeof useColours>;

interface Groups {
  name: string;
  symbol: string;
  front: boolean;
  kept: boolean; // by the filter
  rows: number[];
}

/** Rows by how they are drawn, the dominated first so that the front lies on top. */
function groupsOf(points: Points, within: boolean[] | null): Groups[] {
  const groups = new Map<string, Groups>();
  for (const front of [false, true])
    for (const kept of [false, true])
      for (const kind of KINDS) groups.set(`${front}${kept}${kind}`, { name: `${kind}${front ? ", front" : ""}`, symbol: SYMBOLS[kind], front, kept, rows: [] });
  points.number.forEach((_, row) => {
    groups.get(`${points.front[row] === 1}${within ? within[row] : true}${points.kind[row]}`)?.rows.push(row);
  });
  return [...groups.values()].filter(({ rows }) => rows.length);
}

function styleOf({ front, kept }: Groups, colours: Colours) {
  const colour = front ? colours.accent : colours.dot;
  return { color: kept ? colour : colours.dot, opacity: !kept ? 0.13 : front ? 0.95 : 0.5 };
}

function shades(constraints: Constraint[], x: string, y: string, colour: string) {
  const areas: unknown[] = [];
  for (const { metric, min, max } of constraints) {
    for (const [axis, key] of [[x, "xAxis"], [y, "yAxis"]] as const) {
      if (metric !== axis) continue;
      if (typeof max === "number") areas.push([{ [key]: inUnit(metric, max) }, { [key]: Infinity }]);
      if (typeof min === "number") areas.push([{ [key]: -Infinity }, { [key]: inUnit(metric, min) }]);
    }
  }
  // ECharts draws to the chart's edge where a bound is not given.
  const open = (bound: Record<string, number>) => Object.fromEntries(Object.entries(bound).filter(([, value]) => Number.isFinite(value)));
  const data = (areas as Record<string, number>[][]).map((pair) => pair.map(open).map((bound) => (Object.keys(bound).length ? bound : {})));
  return { silent: true, itemStyle: { color: colour, opacity: 0.09 }, data };
}

// Half the width of the 95 % confidence interval, both ways, for the members of the front.
function errorBars(points: Points, rows: number[], x: string, y: string, colour: string) {
  const data = rows
    .filter((row) => points.spreads[x]?.[row] || points.spreads[y]?.[row])
    .map((row) => {
      const at = (metric: string, sign: number) => inUnit(metric, (points.values[metric]?.[row] ?? 0) + sign * (points.spreads[metric]?.[row] ?? 0));
      return [at(x, 0), at(y, 0), at(x, -1), at(x, 1), at(y, -1), at(y, 1)];
    });
  return {
    type: "custom",
    name: "95 % interval",
    silent: true,
    z: 1,
    data,
    encode: { x: [0, 2, 3], y: [1, 4, 5] },
    renderItem: (_: unknown, api: { value(i: number): number; coord(at: number[]): number[] }) => {
      const [px, py] = api.coord([api.value(0), api.value(1)]);
      const [left] = api.coord([api.value(2), api.value(1)]);
      const [right] = api.coord([api.value(3), api.value(1)]);
      const [, low] = api.coord([api.value(0), api.value(4)]);
      const [, high] = api.coord([api.value(0), api.value(5)]);
      const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 1, opacity: 0.55 } });
      return { type: "group", children: [line(left!, py!, right!, py!), line(px!, low!, px!, high!)] };
    },
  };
}

function flatOption(points: Points, within: boolean[] | null, x: string, y: string, objectives: Objective[], constraints: Constraint[], colours: Colours): ChartOption {
  const groups = groupsOf(points, within);
  const front = groups.filter((group) => group.front && group.kept).flatMap(({ rows }) => rows);
  const dot = (row: number): Dot => ({ value: [inUnit(x, points.values[x]![row]!), inUnit(y, points.values[y]![row]!)], row });
  const series: unknown[] = groups.map((group) => ({
    type: "scatter",
    name: group.name,
    data: group.rows.map(dot),
    symbol: group.symbol,
    symbolSize: group.front ? 9 : 5.5,
    itemStyle: styleOf(group, colours),
    z: group.front ? 3 : 2,
    emphasis: { scale: 1.6 },
    // Thousands of dominated dots that nobody hovers need no state each.
    ...(group.front ? {} : { progressive: 0, animation: false }),
  }));
  // Of two objectives the front is a line; of more a line would join what does not belong together.
  if (objectives.length === 2 && objectives.every(({ metric }) => metric === x || metric === y)) {
    const steps = front.map(dot).sort((a, b) => a.value[0]! - b.value[0]!);
    series.push({ type: "line", name: "front", data: steps.map(({ value }) => value), showSymbol: false, silent: true, lineStyle: { color: colours.accent, width: 1.4, opacity: 0.7 }, z: 1 });
  }
  series.push(errorBars(points, front, x, y, colours.accent));
  series.push({ type: "scatter", name: "constraints", data: [], markArea: shades(constraints, x, y, colours.bad) });
  return {
    animation: false,
    grid: { left: 58, right: 18, top: 14, bottom: 46 },
    xAxis: { type: "value", scale: true, show: true, ...axisStyle(axisName(x)), nameGap: 28 },
    yAxis: { type: "value", scale: true, show: true, ...axisStyle(axisName(y)), nameGap: 42 },
    tooltip: {
      ...tooltipStyle(),
      formatter: (item: unknown) => {
        const row = (item as { data?: Dot }).data?.row;
        return row === undefined ? "" : describe(points, row, points.axes);
      },
    },
    series: series as never,
  };
}

function solidOption(points: Points, within: boolean[] | null, axes: string[], turn: Turn, colours: Colours): ChartOption {
  const range = axes.map((axis) => {
    const values = (points.values[axis] ?? []).filter((value): value is number => value !== null);
    return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as [number, number], [Infinity, -Infinity] as [number, number]);
  });
  const place = (row: number): Space => axes.map((axis, k) => placeIn(range[k]![0], range[k]![1], points.values[axis]?.[row] ?? 0)) as Space;
  const flat = (at: Space) => {
    const { x, y } = project(at, turn);
    return [x, y];
  };
  const lines = EDGES.map(([from, to]) => ({
    type: "line",
    silent: true,
    showSymbol: false,
    data: [flat(from), flat(to)],
    lineStyle: { color: colours.line, width: 1 },
    z: 0,
  }));
  // Each axis has its name and range at that of its four edges which is furthest out.
  const labels = axes.map((axis, k) => {
    const middles = [-1, 1].flatMap((p) => [-1, 1].map((q) => [p, q])).map(([p, q]) => {
      const at: Space = [p!, p!, p!];
      at[k] = 0;
      at[(k + 1) % 3] = p!;
      at[(k + 2) % 3] = q!;
      return at;
    });
    const out = (at: Space) => Math.hypot(...(flat(at) as [number, number])) - 0.05 * flat(at)[1]! - 0.02 * flat(at)[0]!;
    const at = middles.reduce((best, each) => (out(each) > out(best) ? each : best));
    const [x, y] = flat(at) as [number, number];
    const [low, high] = range[k]!;
    const said = Number.isFinite(low) ? `${formatMetric(axis, low)} – ${formatMetric(axis, high)}` : "";
    return {
      value: [x * 1.14, y * 1.12],
      label: {
        show: true,
        formatter: `{name|${metricLabel(axis)}}\n${said}`,
        color: colours.muted,
        fontSize: 11,
        lineHeight: 15,
        align: x < -0.5 ? ("left" as const) : x > 0.5 ? ("right" as const) : ("center" as const),
        rich: { name: { color: colours.text, fontWeight: 600, fontSize: 12 } },
      },
    };
  });
  return {
    animation: false,
    grid: { left: 10, right: 10, top: 10, bottom: 10 },
    xAxis: { type: "value", min: -1.75, max: 1.75, show: false },
    yAxis: { type: "value", min: -1.75, max: 1.75, show: false },
    tooltip: { ...tooltipStyle(), formatter: (item: unknown) => ((item as { data?: Dot }).data?.row === undefined ? "" : describe(points, (item as { data: Dot }).data.row, axes)) },
    series: [
      ...lines,
      ...groupsOf(points, within).map((group) => ({
        type: "scatter",
        name: group.name,
        data: group.rows.map((row) => ({ value: flat(place(row)), row })),
        symbol: group.symbol,
        symbolSize: group.front ? 8 : 4.5,
        itemStyle: styleOf(group, colours),
        z: group.front ? 3 : 2,
      })),
      { type: "scatter", name: "axes", silent: true, symbolSize: 0, data: labels, z: 4 },
    ] as never,
  };
}

interface ParetoProps {
  study: string;
  points: Points;
  within: boolean[] | null;
  x: string;
  y: string;
  z: string; // empty: two dimensions
  metrics: string[];
  objectives: Objective[];
  constraints: Constraint[];
  onAxis: (axis: "x" | "y" | "z", metric: string) => void;
  onRange: (ranges: Ranges) => void;
}

export function ParetoChart({ study, points, within, x, y, z, metrics, objectives, constraints, onAxis, onRange }: ParetoProps) {
  const colours = useColours();
  const [turn, setTurn] = useState<Turn>({ yaw: -38, pitch: 22 });
  const [made, setMade] = useState<ECharts | null>(null);
  const ready = points.axes.includes(x) && points.axes.includes(y) && (!z || points.axes.includes(z));
  const option = useMemo(
    () => (z ? solidOption(points, within, [x, y, z], turn, colours) : flatOption(points, within, x, y, objectives, constraints, colours)),
    [points, within, x, y, z, turn, objectives, constraints, colours, ready],
  );
  const ranged = useRef(onRange);
  ranged.current = onRange;

  useEffect(() => {
    if (!made || z) return;
    const value = (metric: string, shown: number) => shown / inUnit(metric, 1);
    const inside = (left: number, top: number) => made.containPixel("grid", [left, top]);
    return dragBrush(made, inside, (box) => {
      const [left, high] = made.convertFromPixel({ gridIndex: 0 }, [box.left, box.top]) as [number, number];
      const [right, low] = made.convertFromPixel({ gridIndex: 0 }, [box.right, box.bottom]) as [number, number];
      ranged.current({ [x]: { min: value(x, left), max: value(x, right) }, [y]: { min: value(y, low), max: value(y, high) } });
    });
  }, [made, x, y, z]);

  useEffect(() => {
    if (!made || !z) return;
    const dom = made.getDom();
    let last: { x: number; y: number } | null = null;
    let frame = 0;
    const down = (event: PointerEvent) => (last = { x: event.clientX, y: event.clientY });
    const move = (event: PointerEvent) => {
      if (!last || frame) return;
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      last = { x: event.clientX, y: event.clientY };
      frame = requestAnimationFrame(() => {
        frame = 0;
        setTurn((before) => ({ yaw: before.yaw + dx * 0.5, pitch: Math.max(-89, Math.min(89, before.pitch + dy * 0.5)) }));
      });
    };
    const up = () => (last = null);
    dom.addEventListener("pointerdown", down);
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    return () => {
      dom.removeEventListener("pointerdown", down);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      cancelAnimationFrame(frame);
    };
  }, [made, z]);

  const members = points.front.reduce((sum, on) => sum + on, 0 as number);
  const axes = [x, y, ...(z ? [z] : [])];
  const axis = (name: "x" | "y" | "z", face: string, metric: string) => (
    <label class="field" key={name}>
      {face}
      <select value={metric} onChange={(event) => onAxis(name, event.currentTarget.value)}>
        {name === "z" && <option value="">none</option>}
        {metrics.map((each) => (
          <option key={each} value={each}>
            {metricLabel(each)}
          </option>
        ))}
      </select>
    </label>
  );
  const turnBy = (yaw: number, pitch: number) => setTurn((before) => ({ yaw: before.yaw + yaw, pitch: Math.max(-89, Math.min(89, before.pitch + pitch)) }));
  return (
    <ChartCard
      title="Pareto front"
      option={option}
      height={window.innerWidth < 900 ? 400 : 596}
      label={`Scatter of ${axes.map((metric) => metricLabel(metric)).reverse().join(" against ")}; ${members} trials on the front of ${points.matching}, ${points.number.length} drawn`}
      onMade={setMade}
      onClick={(data) => {
        const row = (data as Dot | undefined)?.row;
        if (row !== undefined) go(link(["studies", study, "trials", points.number[row]!]));
      }}
      controls={[axis("y", "up", y), axis("x", "across", x), axis("z", "deep", z)]}
      table={() => ({
        columns: ["trial", "front", "feasible", "source", ...Object.keys(points.values)],
        rows: points.number.map((number, row) => [number, points.front[row], points.feasible[row], points.kind[row], ...Object.values(points.values).map((column) => column[row])]),
      })}
    >
      <footer class="chart-foot">
        <span class="legend">
          <span>
            <i class="mark-front" /> front
          </span>
          <span>
            <i class="mark-dot" /> dominated
          </span>
          {KINDS.filter((kind) => kind !== "measured" && points.kind.includes(kind)).map((kind) => (
            <span key={kind}>
              {{ predicted: "◇", imported: "▲", reported: "■", measured: "●" }[kind]} {kind}
            </span>
          ))}
          {!z && constraints.some(({ metric }) => axes.includes(metric)) && (
            <span>
              <i class="mark-bad" /> excluded by a constraint
            </span>
          )}
        </span>
        <span class="spacer" />
        {z ? (
          <span class="actions turns">
            <button type="button" aria-label="Turn left" onClick={() => turnBy(-15, 0)}>
              ⟲
            </button>
            <button type="button" aria-label="Turn right" onClick={() => turnBy(15, 0)}>
              ⟳
            </button>
            <button type="button" aria-label="Look from higher" onClick={() => turnBy(0, 15)}>
              ↥
            </button>
            <button type="button" aria-label="Look from lower" onClick={() => turnBy(0, -15)}>
              ↧
            </button>
            <span class="muted">drag to turn</span>
          </span>
        ) : (
          <span class="muted">drag to select, click for a trial</span>
        )}
      </footer>
    </ChartCard>
  );
}
