// An ECharts chart as a component: made once, resized with its box, given new options as they come. Only the parts that are used are bundled.
import { LineChart, ScatterChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type ECharts, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "preact/hooks";

use([CanvasRenderer, DataZoomComponent, GridComponent, LegendComponent, LineChart, ScatterChart, TooltipComponent]);

export type ChartOption = Parameters<ECharts["setOption"]>[0];

interface ChartProps {
  option: ChartOption;
  label: string; // for screen readers
  height: number; // px
  onClick?: (data: unknown) => void;
}

export function Chart({ option, label, height, onClick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current);
    chart.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: false, replaceMerge: ["series"], lazyUpdate: true });
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

/** Colours of the page's theme, for what is drawn on a canvas. */
export function themeColours() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour("--text"),
    muted: colour("--muted"),
    line: colour("--line"),
    accent: colour("--accent"),
    dot: colour("--dot"),
    warm: colour("--warm"),
    surface: colour("--surface"),
  };
}

/** Axis settings that all charts share. */
export function axisStyle(name: string) {
  const { muted, line } = themeColours();
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
  const { text, surface, line } = themeColours();
  return {
    // Text drawn on the canvas needs no inline style, which the page's security policy forbids.
    renderMode: "richText" as const,
    backgroundColor: surface,
    borderColor: line,
    textStyle: { color: text, fontSize: 12 },
  };
}
