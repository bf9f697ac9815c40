// What the front's chart shows, as options of ECharts: two metrics on axes, or three in a box that is turned. Where numbers come from is told by shape,
// the front by colour, what the constraints forbid by shade.
import { CustomChart } from "echarts/charts";
import { MarkAreaComponent } from "echarts/components";
import type { Constraint, Objective } from "../app/model";
import { axisStyle, type ChartOption, tooltipStyle, use, type useColours } from "../parts/chart";
import { formatMetric, inUnit, metricLabel, metricUnit } from "../parts/format";
import type { Points } from "./insight";
import { describe, KINDS, SYMBOLS } from "./marks";
import { EDGES, placeIn, project, type Space, type Turn } from "./projection";

use([CustomChart, MarkAreaComponent]);

export interface Dot {
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

// Thousands of dominated dots are drawn as one shape: a tenth of the time, and they can be hovered and clicked all the same.
function crowd({ front, symbol }: Groups) {
  return !front && !symbol.startsWith("empty") ? { large: true, largeThreshold: 400, progressive: 0 } : {};
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

/** In the metric's unit; NaN, which is not drawn, where it is not known. */
function valueAt(points: Points, metric: string, row: number): number {
  const value = points.values[metric]?.[row];
  return value === null || value === undefined ? Number.NaN : inUnit(metric, value);
}

// Half the width of the 95 % confidence interval, both ways, for the members of the front.
function errorBars(points: Points, rows: number[], x: string, y: string, colour: string) {
  const data = rows
    .filter((row) => (points.spreads[x]?.[row] || points.spreads[y]?.[row]) && Number.isFinite(valueAt(points, x, row) + valueAt(points, y, row)))
    .map((row) => {
      const at = (metric: string, sign: number) => valueAt(points, metric, row) + inUnit(metric, sign * (points.spreads[metric]?.[row] ?? 0));
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

export function flatOption(points: Points, within: boolean[] | null, x: string, y: string, objectives: Objective[], constraints: Constraint[], colours: Colours): ChartOption {
  const groups = groupsOf(points, within);
  const front = groups.filter((group) => group.front && group.kept).flatMap(({ rows }) => rows);
  const dot = (row: number): Dot => ({ value: [valueAt(points, x, row), valueAt(points, y, row)], row });
  const series: unknown[] = groups.map((group) => ({
    type: "scatter",
    name: group.name,
    data: group.rows.map(dot),
    symbol: group.symbol,
    symbolSize: group.front ? 8 : 5.5,
    itemStyle: styleOf(group, colours),
    z: group.front ? 3 : 2,
    emphasis: { scale: 1.6 },
    ...crowd(group),
  }));
  // Of two objectives the front is a line; of more a line would join what does not belong together.
  if (objectives.length === 2 && objectives.every(({ metric }) => metric === x || metric === y)) {
    const steps = front.map(dot).filter(({ value }) => value.every(Number.isFinite)).sort((a, b) => a.value[0]! - b.value[0]!);
    series.push({ type: "line", name: "front", data: steps.map(({ value }) => value), showSymbol: false, silent: true, lineStyle: { color: colours.accent, width: 1.4, opacity: 0.7 }, z: 1 });
  }
  series.push(errorBars(points, front, x, y, colours.accent));
  series.push({ type: "scatter", name: "constraints", data: [], markArea: shades(constraints, x, y, colours.bad) });
  return {
    animation: false,
    grid: { left: 58, right: 18, top: 14, bottom: 46 },
    // The box of three axes leaves its bounds on them.
    xAxis: { type: "value", scale: true, show: true, min: undefined, max: undefined, ...axisStyle(axisName(x)), nameGap: 28 },
    yAxis: { type: "value", scale: true, show: true, min: undefined, max: undefined, ...axisStyle(axisName(y)), nameGap: 42 },
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

export function solidOption(points: Points, within: boolean[] | null, axes: string[], turn: Turn, colours: Colours): ChartOption {
  const range = axes.map((axis) => {
    const values = (points.values[axis] ?? []).filter((value): value is number => value !== null);
    return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as [number, number], [Infinity, -Infinity] as [number, number]);
  });
  const place = (row: number): Space => axes.map((axis, k) => placeIn(range[k]![0], range[k]![1], points.values[axis]?.[row] ?? Number.NaN)) as Space;
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
        ...crowd(group),
      })),
      { type: "scatter", name: "axes", silent: true, symbolSize: 0, data: labels, z: 4 },
    ] as never,
  };
}
