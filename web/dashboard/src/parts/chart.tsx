// An ECharts chart as a component: made once, resized with its box, given new options as they come. Only the parts that are used are bundled: what a
// chart needs beyond the ones here it adds itself with use().
import { LineChart, ScatterChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { useTheme } from "../app/theme";
import { type ChartTable, Downloads } from "./downloads";

export { type ECharts, use } from "echarts/core";
export type { ChartTable } from "./downloads";

use([CanvasRenderer, DataZoomComponent, GridComponent, LegendComponent, LineChart, ScatterChart, SVGRenderer, TooltipComponent]);

export type ChartOption = Parameters<ECharts["setOption"]>[0];

interface ChartProps {
  option: ChartOption;
  label: string; // for screen readers
  height: number; // px
  onClick?: (data: unknown) => void;
  /** Once, with the chart itself: for events other than click, and for actions such as brushes. */
  onMade?: (chart: ECharts) => void;
}

const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const printing = window.matchMedia("print");

export function Chart({ option, label, height, onClick, onMade }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);

  useLayoutEffect(() => {
    if (!box.current) return;
    const made = init(box.current);
    chart.current = made;
    onMade?.(made);
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  // A printer does not wait for the next frame.
  useLayoutEffect(() => {
    const moving = still.matches || printing.matches ? { ...option, animation: false } : option;
    chart.current?.setOption(moving, { notMerge: false, replaceMerge: ["series", "parallelAxis"], lazyUpdate: !printing.matches });
  }, [option]);

  useEffect(() => {
    const made = chart.current;
    if (!made || !onClick) return;
    const listener = (event: { data: unknown }) => onClick(event.data);
    made.on("click", listener as never);
    return () => made.off("click", listener as never);
  }, [onClick]);

  return <div ref={box} class="chart" style={{ height: `${height}px` }} role="img" aria-label={label} />;
}

type ChartCardProps = ChartProps & {
  title: string;
  note?: ComponentChildren; // beside the title: what the chart says in one line
  controls?: ComponentChildren; // on the right of the head
  children?: ComponentChildren; // under the chart
  /** What the CSV holds; asked for when it is wanted. */
  table: () => ChartTable;
};

/** A chart in its card, which can be taken away as PNG, SVG or CSV. Every chart of the dashboard is in one. */
export function ChartCard({ title, note, controls, children, table, onMade, ...chart }: ChartCardProps) {
  const made = useRef<ECharts | null>(null);
  const id = useId();
  const keep = (instance: ECharts) => {
    made.current = instance;
    onMade?.(instance);
  };
  return (
    <section class="card" aria-labelledby={id}>
      <header class="card-head">
        <div class="head-words">
          <h2 id={id}>{title}</h2>
          {note && <span class="muted">{note}</span>}
        </div>
        {controls}
        <Downloads title={title} chart={() => made.current} table={table} />
      </header>
      <Chart {...chart} onMade={keep} />
      {children}
    </section>
  );
}

function coloursOfRoot() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour("--text"),
    muted: colour("--muted"),
    line: colour("--line"),
    accent: colour("--accent"),
    dot: colour("--dot"),
    warm: colour("--warm"),
    good: colour("--good"),
    bad: colour("--bad"),
    surface: colour("--surface"),
    /** For several series in one chart: apart for the colour-blind, in this order. */
    series: [1, 2, 3, 4, 5, 6, 7].map((n) => colour(`--series-${n}`)),
    precision: { f32: colour("--f32"), bf16: colour("--bf16"), int8: colour("--int8"), int8_w4: colour("--int8-w4") } as Record<string, string>,
  };
}

/** The theme's colours; a new value when the theme changes. */
export function useColours(): ReturnType<typeof coloursOfRoot> {
  const theme = useTheme();
  const kept = useRef<{ theme: string; colours: ReturnType<typeof coloursOfRoot> } | null>(null);
  if (kept.current?.theme !== theme) kept.current = { theme, colours: coloursOfRoot() };
  return kept.current.colours;
}

/** Axis settings that all charts share, in the theme's colours: use it inside a useMemo that depends on useColours(). */
export function axisStyle(name: string) {
  const { muted, line } = coloursOfRoot();
  return {
    name,
    nameLocation: "middle" as const,
    nameTextStyle: { color: muted, fontSize: 12 },
    axisLabel: { color: muted, fontSize: 11, hideOverlap: true },
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: line, opacity: 0.6 } },
  };
}

export function tooltipStyle() {
  const { text, surface, line } = coloursOfRoot();
  return {
    // Text drawn on the canvas needs no inline style, which the page's security policy forbids.
    renderMode: "richText" as const,
    backgroundColor: surface,
    borderColor: line,
    textStyle: { color: text, fontSize: 12 },
  };
}
