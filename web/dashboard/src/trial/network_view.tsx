// The network of a trial as a drawing: what was measured, in order, with precision as colour. Runs of repeated blocks and blocks open and fold; the
// drawing is zoomed and moved with buttons, keys, mouse and fingers.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { NetworkOperator, NetworkPhase } from "../../generated/openapi";
import { PolicyLegend } from "../parts/policy_strip";
import { formatMs, shortCount } from "./numbers";
import { CELL, draw, type Drawing, type Edge, GAP, partOf, runsOf, type Shape, shortFacts, signatureOf, sumsOf } from "./network_model";

const MARGIN = 16;
const CLOSEST = 3; // times the natural size
const DRAG_PX = 4; // a press that moves less is a click

interface Window {
  x: number;
  y: number;
  scale: number; // screen pixels per unit of the drawing
}

interface NetworkViewProps {
  title: string;
  note: string; // beside it
  phase: NetworkPhase;
  selected: string | null;
  onSelect: (operator: string | null) => void;
}

export function NetworkView({ title, note, phase, selected, onSelect }: NetworkViewProps) {
  const { operators } = phase;
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 900, height: 420 });
  const [open, setOpen] = useState<Set<string>>(new Set());
  const down = size.width < 640;
  const drawing = useMemo(() => draw(operators, open, down), [operators, open, down]);
  const fit = () => fitted(drawing, size);
  const [window, setWindow] = useState<Window | null>(null);
  const shown = window ?? fit();
  const everything = useMemo(() => foldable(operators), [operators]);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setSize({ width: entry.contentRect.width, height: entry.contentRect.height }));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => setOpen(new Set()), [operators]);
  // What opens is shown whole.
  useEffect(() => setWindow(null), [drawing]);

  const zoom = (factor: number, at = { x: size.width / 2, y: size.height / 2 }) => setWindow(zoomed(shown, factor, at, fit().scale));
  const move = (dx: number, dy: number) => setWindow({ ...shown, x: shown.x + dx, y: shown.y + dy });
  const toggle = (id: string) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const gestures = useGestures(box, zoom, move);
  const keys = (event: KeyboardEvent) => {
    const step = 60;
    const actions: Record<string, () => void> = {
      "+": () => zoom(1.3),
      "-": () => zoom(1 / 1.3),
      "0": () => setWindow(null),
      ArrowLeft: () => move(step, 0),
      ArrowRight: () => move(-step, 0),
      ArrowUp: () => move(0, step),
      ArrowDown: () => move(0, -step),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };

  return (
    <section class="card network" aria-labelledby="network-title">
      <header class="card-head">
        <div class="head-words">
          <h2 id="network-title">{title}</h2>
          {note && <span class="muted">{note}</span>}
          <PolicyLegend />
        </div>
        <button type="button" onClick={() => setOpen(open.size ? new Set() : new Set(everything.runs))} disabled={everything.runs.length === 0}>
          {open.size ? "Fold all" : "Unfold"}
        </button>
        {open.size > 0 && open.size < everything.all.length && (
          <button type="button" onClick={() => setOpen(new Set(everything.all))}>
            Every operator
          </button>
        )}
        <span class="joined" role="group" aria-label="Zoom">
          <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.4)}>
            −
          </button>
          <button type="button" onClick={() => setWindow(null)}>
            Fit
          </button>
          <button type="button" aria-label="Zoom in" onClick={() => zoom(1.4)}>
            +
          </button>
        </span>
      </header>
      <div
        ref={box}
        class="network-box"
        role="group"
        tabIndex={0}
        aria-label={`The network: ${operators.length} operators. Plus and minus zoom, arrow keys move, zero fits.`}
        data-scale={shown.scale.toFixed(3)}
        onKeyDown={keys}
        {...gestures}
      >
        <svg width={size.width} height={size.height} aria-hidden={false}>
          <g transform={`translate(${shown.x} ${shown.y}) scale(${shown.scale})`}>
            <Picture drawing={drawing} operators={operators} down={down} selected={selected} onSelect={onSelect} onToggle={toggle} />
          </g>
        </svg>
      </div>
      <p class="muted help">
        Open a block with a click, close it by its head. Drag to move; pinch, or turn the wheel with Ctrl held, to zoom. Equal blocks have an equal mark.
      </p>
    </section>
  );
}

function foldable(operators: NetworkOperator[]) {
  const runs = runsOf(operators);
  const blocks = runs.flatMap((run) => run.blocks.filter((block) => block.operators.length > 1).map((block) => block.id));
  const long = runs.filter((run) => run.blocks.length > 1).map((run) => run.id);
  // Where nothing is repeated, the blocks themselves are the next thing to see.
  return { runs: long.length ? long : blocks, all: [...long, ...blocks] };
}

function fitted(drawing: Drawing, size: { width: number; height: number }): Window {
  const scale = Math.min(1.5, (size.width - 2 * MARGIN) / drawing.width, (size.height - 2 * MARGIN) / drawing.height);
  return { scale, x: (size.width - drawing.width * scale) / 2, y: (size.height - drawing.height * scale) / 2 };
}

function zoomed(window: Window, factor: number, at: { x: number; y: number }, least: number): Window {
  const scale = Math.min(CLOSEST, Math.max(Math.min(least, 1), window.scale * factor));
  const by = scale / window.scale;
  return { scale, x: at.x - (at.x - window.x) * by, y: at.y - (at.y - window.y) * by };
}

type Zoom = (factor: number, at?: { x: number; y: number }) => void;

// One finger or the mouse moves, two fingers zoom. A plain wheel scrolls the page as everywhere.
function useGestures(box: { current: HTMLDivElement | null }, zoom: Zoom, move: (dx: number, dy: number) => void) {
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const travelled = useRef(0);
  const latest = useRef({ zoom, move });
  latest.current = { zoom, move };
  useEffect(() => {
    const element = box.current!;
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const corner = element.getBoundingClientRect();
      latest.current.zoom(Math.exp(-event.deltaY / 300), { x: event.clientX - corner.x, y: event.clientY - corner.y });
    };
    // A drag that ends on a box is no click on it.
    const click = (event: Event) => travelled.current > DRAG_PX && event.stopPropagation();
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("click", click, { capture: true });
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("click", click, { capture: true });
    };
  }, []);
  const onPointerDown = (event: PointerEvent) => {
    if (pointers.current.size === 0) travelled.current = 0;
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    // Its button was let go where nobody heard of it, outside of the window.
    if (event.buttons === 0) return void pointers.current.delete(event.pointerId);
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    travelled.current += Math.hypot(now.x - before.x, now.y - before.y);
    if (travelled.current <= DRAG_PX) return;
    box.current?.setPointerCapture(event.pointerId);
    if (!other) return latest.current.move(now.x - before.x, now.y - before.y);
    const corner = box.current!.getBoundingClientRect();
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    if (was > 0) latest.current.zoom(is / was, { x: (now.x + other.x) / 2 - corner.x, y: (now.y + other.y) / 2 - corner.y });
  };
  const onPointerUp = (event: PointerEvent) => void pointers.current.delete(event.pointerId);
  return { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp };
}

// ------------------------------------------------------------------ the picture

// Names in SVG keep their case: what is tabIndex in HTML is tabindex here.

interface PictureProps {
  drawing: Drawing;
  operators: NetworkOperator[];
  down: boolean;
  selected: string | null;
  onSelect: (operator: string | null) => void;
  onToggle: (id: string) => void;
}

function Picture({ drawing, operators, down, selected, onSelect, onToggle }: PictureProps) {
  const byId = new Map(drawing.shapes.filter(({ kind }) => kind !== "frame").map((shape) => [shape.id, shape]));
  const frames = drawing.shapes.filter(({ kind }) => kind === "frame");
  const marks = useMemo(() => marksOf(operators), [operators]);
  const total = sumsOf(operators.map((_, place) => place), operators).ms;
  return (
    <>
      {drawing.shapes
        .filter(({ kind }) => kind === "frame")
        .map((shape) => (
          <FrameShape key={shape.id} shape={shape} operators={operators} onToggle={onToggle} />
        ))}
      {drawing.edges.map((edge) => (
        <path key={`${edge.from} ${edge.to}`} class={`edge${edge.skips ? " skip" : ""}`} d={pathOf(edge, byId, frames, down)} />
      ))}
      {drawing.shapes
        .filter(({ kind }) => kind !== "frame")
        .map((shape) =>
          shape.kind === "operator" ? (
            <OperatorShape
              key={shape.id}
              shape={shape}
              operator={operators[shape.operators[0]!]!}
              total={total}
              selected={shape.id === selected}
              onSelect={onSelect}
            />
          ) : (
            <FoldedShape key={shape.id} shape={shape} operators={operators} total={total} mark={marks.get(shape.id)} onToggle={onToggle} />
          ),
        )}
    </>
  );
}

// A letter for each kind of block that is there more than once, by its signature.
function marksOf(operators: NetworkOperator[]): Map<string, string> {
  const marks = new Map<string, string>();
  for (const run of runsOf(operators)) {
    const letters = new Map<string, string>();
    for (const block of run.blocks) {
      const signature = signatureOf(block, operators);
      if (!letters.has(signature)) letters.set(signature, String.fromCharCode(65 + (letters.size % 26)));
      if (run.blocks.length > 1) marks.set(block.id, letters.get(signature)!);
    }
    if (run.blocks.length > 1) marks.set(run.id, letters.size === 1 ? "all equal" : letters.size === run.blocks.length ? "all different" : `${letters.size} kinds`);
  }
  return marks;
}

function holds(frame: Shape, shape: Shape): boolean {
  return shape.x >= frame.x && shape.y >= frame.y && shape.x < frame.x + frame.width && shape.y < frame.y + frame.height;
}

function pathOf(edge: Edge, byId: Map<string, Shape>, frames: Shape[], down: boolean): string {
  const from = byId.get(edge.from)!;
  const to = byId.get(edge.to)!;
  if (down) {
    const x1 = from.x + from.width / 2;
    const y1 = from.y + from.height;
    const x2 = to.x + to.width / 2;
    const bend = edge.skips ? Math.min(90, 24 + (to.y - y1) / 10) + Math.max(from.width, to.width) / 2 : 0;
    const pull = Math.max(10, (to.y - y1) / 2.2);
    return `M${x1} ${y1}C${x1 + bend} ${y1 + pull} ${x2 + bend} ${to.y - pull} ${x2} ${to.y}`;
  }
  const x1 = from.x + from.width;
  const y1 = from.y + from.height / 2;
  const y2 = to.y + to.height / 2;
  // To the next line: between the two lines, back to its beginning.
  if (to.x <= from.x && to.y > from.y) {
    const entered = frames.filter((frame) => holds(frame, to) && !holds(frame, from));
    const between = Math.min(to.y, ...entered.map(({ y }) => y)) - GAP / 2;
    return `M${x1} ${y1}h${GAP / 3}V${between}H${to.x - GAP / 3}V${y2}H${to.x}`;
  }
  // Out of a lower line: there is nothing behind its end.
  if (edge.skips && y1 - y2 > 60) return `M${x1} ${y1}H${to.x - GAP / 2}V${y2}H${to.x}`;
  const bend = edge.skips ? Math.min(90, 24 + (to.x - x1) / 10) + Math.max(from.height, to.height) / 2 : 0;
  const pull = Math.max(10, (to.x - x1) / 2.2);
  return `M${x1} ${y1}C${x1 + pull} ${y1 + bend} ${to.x - pull} ${y2 + bend} ${to.x} ${y2}`;
}

function pressed(act: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

function sumText(places: number[], operators: NetworkOperator[]): string {
  const { macs, ms } = sumsOf(places, operators);
  return ms === null ? `${shortCount(macs)} MACs` : `${shortCount(macs)} MACs · ${formatMs(ms)}`;
}

function FrameShape({ shape, operators, onToggle }: { shape: Shape; operators: NetworkOperator[]; onToggle: (id: string) => void }) {
  const toggle = () => onToggle(shape.id);
  const sums = sumText(shape.operators, operators);
  return (
    <g transform={`translate(${shape.x} ${shape.y})`}>
      <rect class="frame" width={shape.width} height={shape.height} rx={9} />
      <g class="frame-head" role="button" tabindex={0} aria-expanded={true} aria-label={`${shape.label} ${sums}`} onClick={toggle} onKeyDown={pressed(toggle)}>
        <rect width={shape.width} height={24} rx={9} />
        <text x={12} y={17} class="name">
          {shape.label}
        </text>{" "}
        {shape.width > 260 && (
          <text x={shape.width - 12} y={17} class="fact" text-anchor="end">
            {sums}
          </text>
        )}
      </g>
    </g>
  );
}

interface FoldedProps {
  shape: Shape;
  operators: NetworkOperator[];
  total: number | null;
  mark: string | undefined;
  onToggle: (id: string) => void;
}

function FoldedShape({ shape, operators, total, mark, onToggle }: FoldedProps) {
  const toggle = () => onToggle(shape.id);
  const { ms } = sumsOf(shape.operators, operators);
  const sums = sumText(shape.operators, operators);
  const grid = shape.grid!;
  // Hints and marks stand beside the button, not in it: a screen reader is told its name and its sums.
  return (
    <g class="folded" transform={`translate(${shape.x} ${shape.y})`} onClick={toggle}>
      <title>{`${shape.label}: ${shape.operators.length} operators, ${sums}`}</title>
      {shape.kind === "run" && <rect class="behind" x={4} y={-4} width={shape.width} height={shape.height} rx={8} />}
      <g role="button" tabindex={0} aria-expanded={false} aria-label={[shape.label, mark, sums].filter(Boolean).join(" ")} onKeyDown={pressed(toggle)}>
        <rect class="body" width={shape.width} height={shape.height} rx={8} />
        <text x={10} y={20} class="name">
          {shape.label}
        </text>{" "}
        {mark && (
          <text x={shape.width - 10} y={20} class="fact" text-anchor="end">
            {mark}
          </text>
        )}{" "}
        <text x={10} y={35} class="fact">
          {sums}
        </text>
      </g>
      {total !== null && ms !== null && total > 0 && <rect class="share" x={10} y={shape.height - 4} width={Math.max(2, ((shape.width - 20) * ms) / total)} height={3} rx={1.5} />}
      {grid.cells.map((cells, row) =>
        cells.map(
          (operator, column) =>
            operator && (
              <rect key={operator.name} class={`p-${operator.precision}`} x={12 + column * (CELL + 1)} y={46 + row * (CELL + 1)} width={CELL} height={CELL} rx={1.5}>
                <title>{`${operator.name} ${operator.precision}`}</title>
              </rect>
            ),
        ),
      )}
    </g>
  );
}

interface OperatorProps {
  shape: Shape;
  operator: NetworkOperator;
  total: number | null;
  selected: boolean;
  onSelect: (operator: string | null) => void;
}

function OperatorShape({ shape, operator, total, selected, onSelect }: OperatorProps) {
  const choose = () => onSelect(selected ? null : operator.name);
  const share = total && operator.time_ms !== null ? operator.time_ms / total : 0;
  const facts = shortFacts(operator);
  const [name, fact] = [clipped(partOf(operator), 16), clipped(facts, 21)];
  const time = operator.time_ms === null ? "" : `, ${formatMs(operator.time_ms)}`;
  return (
    <g class={`operator${selected ? " selected" : ""}${operator.steps.length ? "" : " fused"}`} transform={`translate(${shape.x} ${shape.y})`} onClick={choose}>
      <title>{`${operator.name}: ${operator.kind.replaceAll("_", " ")}, ${facts}, ${operator.precision}${time}`}</title>
      <g
        role="button"
        tabindex={0}
        aria-pressed={selected}
        aria-label={`${name} ${fact}: ${operator.name}, ${operator.kind.replaceAll("_", " ")}, ${operator.precision}`}
        onKeyDown={pressed(choose)}
      >
        <rect class="body" width={shape.width} height={shape.height} rx={6} />
        <text x={13} y={17} class="name">
          {name}
        </text>{" "}
        <text x={13} y={31} class="fact">
          {fact}
        </text>
      </g>
      <rect class={operator.quantizable ? `p-${operator.precision}` : "p-none"} width={6} height={shape.height} rx={3} />
      {share > 0 && <rect class="share" x={13} y={shape.height - 4} width={Math.max(1, (shape.width - 22) * share)} height={3} rx={1.5} />}
    </g>
  );
}

function clipped(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
