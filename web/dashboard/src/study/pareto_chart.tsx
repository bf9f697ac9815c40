// The front: any two metrics, or three in a box that can be turned. Dragging over the chart keeps what lies in the rectangle, everywhere on the page.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Constraint, Objective } from "../app/model";
import { go, link } from "../app/router";
import { ChartCard, type ECharts, useColours } from "../parts/chart";
import { inUnit, metricLabel } from "../parts/format";
import { MetricSelect } from "../parts/metric_select";
import { dragBrush } from "./drag_brush";
import type { Points } from "./insight";
import { KINDS } from "./marks";
import { type Dot, flatOption, solidOption } from "./pareto_options";
import type { Turn } from "./projection";
import type { Ranges } from "./where";

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
  const option = useMemo(
    () => (z ? solidOption(points, within, [x, y, z], turn, colours) : flatOption(points, within, x, y, objectives, constraints, colours)),
    [points, within, x, y, z, turn, objectives, constraints, colours],
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
    <MetricSelect key={name} label={face} value={metric} metrics={metrics} none={name === "z"} onChange={(chosen) => onAxis(name, chosen)} />
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
