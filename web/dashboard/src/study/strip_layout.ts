// Where everything of the policy strip goes: rows of trials, columns of operators grouped by layer. Pure; the painters (canvas, SVG) only draw it.
import type { Strip } from "./insight";

export interface StripBox {
  x: number;
  y: number;
  width: number;
  height: number;
  precision: string; // "" : the operator is not there
  row: number;
  cell: number; // of the row; -1: not there
}

export interface StripText {
  x: number;
  y: number;
  text: string;
  turned: boolean; // read upwards
}

export interface StripLayout {
  width: number;
  height: number;
  head: number; // height of the layers' names
  row: number; // height of a row
  left: number;
  boxes: StripBox[];
  texts: StripText[];
  bands: { x: number; width: number }[]; // one per layer
  columns: { x: number; width: number }[]; // one per operator
}

/** "layer3.fc1" belongs to layer3; an operator without a dot is a layer of its own. */
function layerOf(operator: string): string {
  const dot = operator.indexOf(".");
  return dot < 0 ? operator : operator.slice(0, dot);
}

const THINNEST = 0.28; // of a row's height: the smallest operator still shows its colour

/** `left`: what the labels take. Columns share the rest; a gap parts the layers as far as there is room. */
export function layoutStrip(strip: Strip, width: number, left: number, row: number): StripLayout {
  const layers = strip.operators.map(layerOf);
  const starts = layers.map((layer, i) => i === 0 || layer !== layers[i - 1]);
  const count = Math.max(strip.operators.length, 1);
  const room = Math.max(width - left - 4, count);
  const between = Math.min(5, Math.max(1, (room / count) * 0.35));
  const parts = starts.filter(Boolean).length - 1;
  const cell = (room - Math.max(parts, 0) * between) / count;
  const gap = cell > 4 ? 1 : cell > 2 ? 0.5 : 0;
  let x = left;
  const columns = strip.operators.map((_, i) => {
    if (i > 0 && starts[i]) x += between;
    const place = { x, width: cell - gap };
    x += cell;
    return place;
  });
  const bands: StripLayout["bands"] = [];
  const texts: StripText[] = [];
  strip.operators.forEach((_, i) => {
    if (!starts[i]) return;
    let last = i;
    while (last + 1 < layers.length && !starts[last + 1]) ++last;
    const begin = columns[i]!.x;
    const end = columns[last]!.x + columns[last]!.width;
    bands.push({ x: begin, width: end - begin });
    texts.push({ x: (begin + end) / 2, y: 0, text: layers[i]!, turned: true });
  });
  const head = 12 + Math.min(84, Math.max(0, ...texts.map(({ text }) => text.length)) * 6.4);
  for (const text of texts) text.y = head - 6;
  const boxes: StripBox[] = [];
  strip.rows.forEach(({ cells }, r) => {
    const top = head + r * row;
    const there = new Map(cells.map((each, c) => [each[0], c]));
    columns.forEach((column, i) => {
      const c = there.get(i);
      if (c === undefined) {
        boxes.push({ x: column.x, width: column.width, y: top + row / 2 - 0.5, height: 1, precision: "", row: r, cell: -1 });
        return;
      }
      const [, precision, params] = cells[c]!;
      const share = strip.most[i]! > 0 ? params / strip.most[i]! : 1;
      const height = (row - 3) * (THINNEST + (1 - THINNEST) * share);
      boxes.push({ x: column.x, width: column.width, y: top + (row - height) / 2, height, precision, row: r, cell: c });
    });
  });
  return { width, height: head + strip.rows.length * row + 6, head, row, left, boxes, texts, bands, columns };
}

/** Which cell a place is in. */
export function cellAt(layout: StripLayout, x: number, y: number): { row: number; column: number } | null {
  const row = Math.floor((y - layout.head) / layout.row);
  const column = layout.columns.findIndex((each) => x >= each.x && x < each.x + each.width + 1);
  return y >= layout.head && row * layout.row + layout.head < layout.height - 6 ? { row, column } : null;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The picture as SVG; labels are the rows' names. */
export function svgOfStrip(layout: StripLayout, labels: string[], colour: (precision: string) => string, text: string, surface: string): string {
  const rect = ({ x, y, width, height, precision }: StripBox) =>
    `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}" rx="${Math.min(1.5, width / 4)}" fill="${colour(precision)}"/>`;
  const name = ({ x, y, text: said }: StripText) => `<text transform="translate(${(x + 3.5).toFixed(1)} ${y.toFixed(1)}) rotate(-90)" font-size="10" fill="${text}">${escaped(said)}</text>`;
  const label = (said: string, row: number) => `<text x="4" y="${(layout.head + row * layout.row + layout.row / 2 + 4).toFixed(1)}" font-size="11" fill="${text}">${escaped(said)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${layout.height}" font-family="sans-serif"><rect width="100%" height="100%" fill="${surface}"/>${layout.texts.map(name).join("")}${labels.map(label).join("")}${layout.boxes.map(rect).join("")}</svg>`;
}
