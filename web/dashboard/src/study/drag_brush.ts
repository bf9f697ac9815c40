// Drawing a rectangle on a chart: press, drag, let go. A press without a drag is a click and goes to the chart as ever.
import type { ECharts } from "../parts/chart";

export interface Box {
  left: number; // px within the chart
  top: number;
  right: number;
  bottom: number;
}

const LEAST = 6; // px of a drag

/** Calls onBox with what was drawn. The rectangle may begin where inside(x, y) says so. Returns what takes the brush off again. */
export function dragBrush(chart: ECharts, inside: (x: number, y: number) => boolean, onBox: (box: Box) => void): () => void {
  const dom = chart.getDom();
  const mark = document.createElement("div");
  mark.className = "brush-mark";
  let start: { x: number; y: number } | null = null;
  const place = (event: PointerEvent) => {
    const { left, top } = dom.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const box = (to: { x: number; y: number }): Box => ({
    left: Math.min(start!.x, to.x),
    right: Math.max(start!.x, to.x),
    top: Math.min(start!.y, to.y),
    bottom: Math.max(start!.y, to.y),
  });
  const down = (event: PointerEvent) => {
    const at = place(event);
    if (event.button === 0 && inside(at.x, at.y)) start = at;
  };
  const move = (event: PointerEvent) => {
    if (!start) return;
    const { left, top, right, bottom } = box(place(event));
    if (right - left < LEAST && bottom - top < LEAST) return;
    if (!mark.isConnected) dom.append(mark);
    Object.assign(mark.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
  };
  const up = (event: PointerEvent) => {
    if (start && mark.isConnected) onBox(box(place(event)));
    mark.remove();
    start = null;
  };
  dom.addEventListener("pointerdown", down);
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  return () => {
    mark.remove();
    dom.removeEventListener("pointerdown", down);
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
  };
}
