// What is drawn of a network: runs of repeated blocks, blocks, operators, each folded or not, placed on a plane. Pure; tested by
// tests/web/network_model_test.mjs.
import type { NetworkOperator } from "../../generated/openapi";

/** Blocks that follow each other and are repetitions of one: "layer0" to "layer11". A run of one is a block by itself. */
export interface Run {
  id: string;
  label: string;
  blocks: Block[];
}

export interface Block {
  id: string; // "layer3"
  label: string;
  operators: number[]; // places in the phase's list
}

/** In order of execution. Operators of one block that others interrupt are still one block, where it begins. */
export function runsOf(operators: NetworkOperator[]): Run[] {
  const runs: (Run & { group: string })[] = [];
  const blocks = new Map<string, Block>();
  operators.forEach((operator, place) => {
    const id = operator.block ?? operator.name;
    const known = blocks.get(id);
    if (known) return void known.operators.push(place);
    const block = { id, label: id, operators: [place] };
    blocks.set(id, block);
    const last = runs.at(-1);
    const repeated = operator.index !== null && operator.index !== undefined;
    const group = repeated ? operator.group! : "";
    if (last && group && last.group === group) last.blocks.push(block);
    else runs.push({ id: `run:${id}`, label: group || id, group, blocks: [block] });
  });
  return runs.map(({ group: _, ...run }) => run);
}

export function partOf(operator: NetworkOperator): string {
  return operator.block && operator.name.startsWith(`${operator.block}.`) ? operator.name.slice(operator.block.length + 1) : operator.name;
}

/** What a folded run shows: a row for each part that can be quantized, a column for each block; empty where the block has no such part. */
export interface Grid {
  rows: string[];
  cells: (NetworkOperator | undefined)[][]; // [row][column]
}

export function gridOf(run: Run, operators: NetworkOperator[]): Grid {
  const rows: string[] = [];
  const columns = run.blocks.map((block) => {
    const byPart = new Map<string, NetworkOperator>();
    for (const place of block.operators) {
      const operator = operators[place]!;
      if (!operator.quantizable) continue;
      const part = partOf(operator);
      byPart.set(part, operator);
      if (!rows.includes(part)) rows.push(part);
    }
    return byPart;
  });
  return { rows, cells: rows.map((row) => columns.map((column) => column.get(row))) };
}

/** Equal for blocks that do the same: the same operators with the same shapes at the same precisions. */
export function signatureOf(block: Block, operators: NetworkOperator[]): string {
  return block.operators
    .map((place) => {
      const { kind, output, precision, attributes, scheme } = operators[place]!;
      return `${partOf(operators[place]!)} ${kind} ${output} ${precision} ${JSON.stringify(attributes)} ${JSON.stringify(scheme ?? null)}`;
    })
    .join("\n");
}

// ------------------------------------------------------------------ the plane

export interface Shape {
  id: string;
  kind: "operator" | "block" | "run" | "frame"; // a frame is what is open, around its contents
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
  operators: number[];
  run?: Run;
  block?: Block;
  grid?: Grid;
}

export interface Edge {
  from: string;
  to: string;
  /** Passes over what lies between, as a residual does. */
  skips: boolean;
}

export interface Drawing {
  shapes: Shape[];
  edges: Edge[];
  width: number;
  height: number;
}

export const CELL = 9;
const OPERATOR = { width: 132, height: 38 };
export const GAP = 26; // along the flow
const LANE = 12; // across it
const LINE = 1250; // of a run, from left to right
const FRAME = { side: 12, head: 28 };
const HEAD = 46; // of a folded run: its name and its sums
const MOST_CELLS = 12; // rows of a grid in a drawing

interface Placed {
  shapes: Shape[]; // relative to this
  width: number;
  height: number;
}

function moved(shapes: Shape[], x: number, y: number): Shape[] {
  return shapes.map((shape) => ({ ...shape, x: shape.x + x, y: shape.y + y }));
}

/** One after the other along the flow, centred across it. */
function inLine(items: Placed[], down: boolean): Placed {
  const across = Math.max(0, ...items.map((item) => (down ? item.width : item.height)));
  let along = 0;
  const shapes: Shape[] = [];
  for (const item of items) {
    const middle = (across - (down ? item.width : item.height)) / 2;
    shapes.push(...moved(item.shapes, down ? middle : along, down ? along : middle));
    along += (down ? item.height : item.width) + GAP;
  }
  along = Math.max(0, along - GAP);
  return down ? { shapes, width: across, height: along } : { shapes, width: along, height: across };
}

/** The same in lines one below the other, as text is: a long run is seen whole. */
function inLines(items: Placed[]): Placed {
  const lines: Placed[][] = [[]];
  let along = 0;
  for (const item of items) {
    if (along > 0 && along + item.width > LINE) {
      lines.push([]);
      along = 0;
    }
    lines.at(-1)!.push(item);
    along += item.width + GAP;
  }
  const shapes: Shape[] = [];
  let width = 0;
  let y = 0;
  for (const line of lines) {
    let x = 0;
    for (const item of line) {
      shapes.push(...moved(item.shapes, x, y));
      x += item.width + GAP;
    }
    width = Math.max(width, x - GAP);
    y += Math.max(...line.map((item) => item.height)) + GAP;
  }
  return { shapes, width, height: y - GAP };
}

/** Operators by how long the way to them is: what can run side by side stands side by side. */
function placeOperators(places: number[], operators: NetworkOperator[], down: boolean): Placed {
  const depth = new Map<number, number>();
  for (const place of places) {
    const before = operators[place]!.inputs.flatMap((input) => depth.get(input) ?? []);
    depth.set(place, before.length ? Math.max(...before) + 1 : 0);
  }
  const steps: Placed[] = [];
  const deepest = Math.max(0, ...depth.values());
  for (let at = 0; at <= deepest; at += 1) {
    const beside = places.filter((place) => depth.get(place) === at);
    const shapes = beside.map((place, lane): Shape => {
      const operator = operators[place]!;
      const offset = lane * ((down ? OPERATOR.width : OPERATOR.height) + LANE);
      return { id: operator.name, kind: "operator", label: partOf(operator), x: down ? offset : 0, y: down ? 0 : offset, ...OPERATOR, operators: [place] };
    });
    const across = beside.length * ((down ? OPERATOR.width : OPERATOR.height) + LANE) - LANE;
    steps.push(down ? { shapes, width: across, height: OPERATOR.height } : { shapes, width: OPERATOR.width, height: across });
  }
  return inLine(steps, down);
}

function framed(frame: Omit<Shape, "x" | "y" | "width" | "height" | "kind">, inside: Placed): Placed {
  const width = Math.max(inside.width + 2 * FRAME.side, 120);
  const height = inside.height + FRAME.head + FRAME.side;
  const own: Shape = { ...frame, kind: "frame", x: 0, y: 0, width, height };
  return { shapes: [own, ...moved(inside.shapes, (width - inside.width) / 2, FRAME.head)], width, height };
}

function folded(run: Run, operators: NetworkOperator[], kind: "run" | "block"): Placed {
  const grid = gridOf(run, operators);
  const rows = Math.min(grid.rows.length, MOST_CELLS);
  const width = Math.max(148, grid.rows.length ? run.blocks.length * (CELL + 1) + 24 : 0);
  const height = HEAD + (rows ? rows * (CELL + 1) + 14 : 6);
  const block = kind === "block" ? run.blocks[0]! : undefined;
  const shape: Shape = {
    id: block ? block.id : run.id,
    kind,
    label: block ? block.label : `${run.label} × ${run.blocks.length}`,
    x: 0,
    y: 0,
    width,
    height,
    operators: run.blocks.flatMap((each) => each.operators),
    grid: { rows: grid.rows.slice(0, MOST_CELLS), cells: grid.cells.slice(0, MOST_CELLS) },
  };
  if (block) shape.block = block;
  else shape.run = run;
  return { shapes: [shape], width, height };
}

function placeBlock(block: Block, operators: NetworkOperator[], open: Set<string>, down: boolean): Placed {
  // A block of one operator has nothing to unfold.
  if (block.operators.length === 1) return placeOperators(block.operators, operators, down);
  if (!open.has(block.id)) return folded({ id: block.id, label: block.label, blocks: [block] }, operators, "block");
  return framed({ id: block.id, label: block.label, operators: block.operators, block }, placeOperators(block.operators, operators, down));
}

function placeRun(run: Run, operators: NetworkOperator[], open: Set<string>, down: boolean): Placed {
  const only = run.blocks.length === 1 ? run.blocks[0] : undefined;
  if (only) return placeBlock(only, operators, open, down);
  if (!open.has(run.id)) return folded(run, operators, "run");
  const blocks = run.blocks.map((block) => placeBlock(block, operators, open, down));
  const inside = down ? inLine(blocks, down) : inLines(blocks);
  return framed({ id: run.id, label: `${run.label} × ${run.blocks.length}`, operators: run.blocks.flatMap((each) => each.operators), run }, inside);
}

/** What is open is drawn with its contents; the rest as one box each. Down for a narrow page, else from left to right. */
export function draw(operators: NetworkOperator[], open: Set<string>, down: boolean): Drawing {
  const items = runsOf(operators).map((run) => placeRun(run, operators, open, down));
  const { shapes, width, height } = inLine(items, down);
  return { shapes, edges: edgesOf(shapes, operators), width, height };
}

function edgesOf(shapes: Shape[], operators: NetworkOperator[]): Edge[] {
  const solid = shapes.filter(({ kind }) => kind !== "frame");
  const shownBy = new Map<number, number>();
  solid.forEach((shape, order) => {
    for (const place of shape.operators) shownBy.set(place, order);
  });
  const edges = new Map<string, Edge>();
  operators.forEach((operator, place) => {
    for (const input of operator.inputs) {
      const from = shownBy.get(input);
      const to = shownBy.get(place);
      if (from === undefined || to === undefined || from === to) continue;
      const between = solid.slice(Math.min(from, to) + 1, Math.max(from, to));
      const skips = between.some((shape) => liesBetween(shape, solid[from]!, solid[to]!));
      edges.set(`${from} ${to}`, { from: solid[from]!.id, to: solid[to]!.id, skips });
    }
  });
  return [...edges.values()];
}

/** Whether the straight line from one middle to the other crosses the shape. */
function liesBetween(shape: Shape, from: Shape, to: Shape): boolean {
  const x = from.x + from.width / 2;
  const y = from.y + from.height / 2;
  const dx = to.x + to.width / 2 - x;
  const dy = to.y + to.height / 2 - y;
  for (let step = 1; step < 20; step += 1) {
    const px = x + (dx * step) / 20;
    const py = y + (dy * step) / 20;
    if (px > shape.x && px < shape.x + shape.width && py > shape.y && py < shape.y + shape.height) return true;
  }
  return false;
}

/** The sums over some operators; null where no time is known. */
export function sumsOf(places: number[], operators: NetworkOperator[]) {
  let macs = 0;
  let bytes = 0;
  let ms: number | null = null;
  for (const place of places) {
    const operator = operators[place]!;
    macs += operator.macs;
    bytes += operator.model_size_bytes;
    if (operator.time_ms !== null) ms = (ms ?? 0) + operator.time_ms;
  }
  return { macs, bytes, ms };
}

/** What tells an operator apart in a few letters: "64 → 192", "3×3, stride 2". */
export function shortFacts(operator: NetworkOperator): string {
  const facts = operator.attributes as Record<string, number | string | boolean>;
  switch (operator.kind) {
    case "linear":
      return `${facts.in_features} → ${facts.out_features}`;
    case "convolution": {
      const groups = Number(facts.groups) > 1 ? (facts.groups === facts.in_channels ? ", depthwise" : `, ${facts.groups} groups`) : "";
      return `${facts.kernel}×${facts.kernel}${Number(facts.stride) > 1 ? ` /${facts.stride}` : ""}, ${facts.in_channels} → ${facts.out_channels}${groups}`;
    }
    case "attention_scores":
    case "attention_context":
    case "head_product":
      return `${facts.heads} × ${facts.head_dim}`;
    default:
      return operator.output.join(" × ");
  }
}
