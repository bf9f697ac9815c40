// The policy strip: the front's members one row each, the network's operators across. Colour is precision, thickness is the operator's share of the
// largest there; a hairline is an operator that the member does without.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Objective } from "../app/model";
import { go, link, useQuery } from "../app/router";
import { useKept } from "./keep";
import { useColours } from "../parts/chart";
import { csvOf } from "../parts/downloads";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { formatMetric, metricLabel } from "../parts/format";
import { Menu } from "../parts/menu";
import { MetricSelect } from "../parts/metric_select";
import { PRECISIONS } from "../parts/policy_strip";
import { save } from "../parts/save";
import { insight, type Strip } from "./insight";
import { cellAt, layoutStrip, type StripLayout, svgOfStrip } from "./strip_layout";
import { Waiting } from "./waiting";
import { type Ranges, rowsWithin } from "./where";

const NAMES: Record<string, string> = { f32: "32-bit float", bf16: "bfloat16", int8: "8-bit integers", int8_w4: "8-bit, weights of 4" };

function useWidth(): [number, (box: HTMLElement | null) => void] {
  const [width, setWidth] = useState(0);
  const [box, setBox] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!box) return;
    const observer = new ResizeObserver(() => setWidth(box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, [box]);
  return [width, setBox];
}

interface Paints {
  cell: (precision: string) => string;
  band: string;
  text: string;
}

/** What the page has beside its canvas, and a file must have in it. */
interface Sheet {
  surface: string;
  labels: string[]; // one per row
}

function paint(canvas: HTMLCanvasElement, layout: StripLayout, { cell, band, text }: Paints, scale: number, hovered: number | null, sheet?: Sheet): void {
  canvas.width = Math.round(layout.width * scale);
  canvas.height = Math.round(layout.height * scale);
  Object.assign(canvas.style, { width: `${layout.width}px`, height: `${layout.height}px` });
  const context = canvas.getContext("2d")!;
  context.scale(scale, scale);
  if (sheet) {
    context.fillStyle = sheet.surface;
    context.fillRect(0, 0, layout.width, layout.height);
  }
  context.fillStyle = band;
  context.globalAlpha = 0.28;
  layout.bands.forEach(({ x, width }, i) => {
    if (i % 2 === 0) context.fillRect(x - 1.5, layout.head - 3, width + 3, layout.height - layout.head);
  });
  if (hovered !== null) {
    context.globalAlpha = 0.7;
    context.fillRect(0, layout.head + hovered * layout.row, layout.width, layout.row);
  }
  context.globalAlpha = 1;
  for (const { x, y, width, height, precision } of layout.boxes) {
    context.fillStyle = cell(precision);
    const corner = Math.min(1.5, width / 4);
    if (corner < 0.8 || height < 3) context.fillRect(x, y, width, height);
    else {
      context.beginPath();
      context.roundRect(x, y, width, height, corner);
      context.fill();
    }
  }
  context.fillStyle = text;
  context.font = "10px system-ui, sans-serif";
  let last = -Infinity;
  for (const { x, y, text: said } of layout.texts) {
    if (x - last < 10) continue; // no room for every name
    last = x;
    context.save();
    context.translate(x + 3.5, y);
    context.rotate(-Math.PI / 2);
    context.fillText(said.length > 13 ? `${said.slice(0, 12)}…` : said, 0, 0);
    context.restore();
  }
  context.font = "11px system-ui, sans-serif";
  sheet?.labels.forEach((label, row) => context.fillText(label, 4, layout.head + row * layout.row + layout.row / 2 + 4));
}

function paintsOf(colours: ReturnType<typeof useColours>): Paints {
  const cell = (precision: string) => (precision === "" ? colours.line : (colours.precision[precision] ?? colours.dot));
  return { cell, band: colours.line, text: colours.muted };
}

interface PictureProps {
  study: string;
  strip: Strip;
  metric: string;
}

function Picture({ study, strip, metric }: PictureProps) {
  const colours = useColours();
  const [width, box] = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<{ row: number; column: number; x: number; y: number } | null>(null);
  const narrow = width < 600;
  const left = narrow ? 62 : 168;
  const row = narrow ? 15 : 19;
  const layout = useMemo(() => (width > 0 ? layoutStrip(strip, width, left, row) : null), [strip, width, left, row]);
  useEffect(() => {
    if (layout && canvas.current) paint(canvas.current, layout, paintsOf(colours), window.devicePixelRatio || 1, at?.row ?? null);
  }, [layout, colours, at?.row]);
  const values = strip.rows.map(({ metrics }) => metrics[metric] ?? 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const said = at && strip.rows[at.row] ? wordsOf(strip, at.row, at.column) : [];
  return (
    <div class="strip-picture" ref={box}>
      {layout && (
        <>
          <canvas
            ref={canvas}
            role="img"
            aria-label={`Policy strip of ${strip.rows.length} members of the front over ${strip.operators.length} operators`}
            onPointerMove={(event) => {
              const { left: x0, top: y0 } = event.currentTarget.getBoundingClientRect();
              const [x, y] = [event.clientX - x0, event.clientY - y0];
              const found = cellAt(layout, x, y);
              setAt(found && { ...found, x, y });
            }}
            onPointerLeave={() => setAt(null)}
            onClick={() => at && strip.rows[at.row] && go(link(["studies", study, "trials", strip.rows[at.row]!.number]))}
          />
          <ol class="strip-labels" style={{ top: `${layout.head}px`, width: `${left - 8}px` }}>
            {strip.rows.map(({ number, metrics }) => (
              <li key={number} style={{ height: `${row}px` }}>
                <a href={link(["studies", study, "trials", number])} title={`Trial ${number}`}>
                  {!narrow && <span class="muted">{number}</span>}
                  <svg class="measure" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={high > low ? 6 + (94 * ((metrics[metric] ?? low) - low)) / (high - low) : 50} height="10" rx="3" />
                  </svg>
                  <span>{metrics[metric] === null || metrics[metric] === undefined ? "–" : formatMetric(metric, metrics[metric]!)}</span>
                </a>
              </li>
            ))}
          </ol>
          {at && said.length > 0 && (
            <div class="hint" role="status" style={{ left: `${Math.max(0, Math.min(at.x + 14, width - 230))}px`, top: `${at.y + 14}px` }}>
              {said.map((line, i) => (
                <span key={line} class={i ? "muted" : ""}>
                  {line}
                </span>
              ))}
            </div>
          )}
        </>
      )}
    </div>
  );
}

function wordsOf(strip: Strip, row: number, column: number): string[] {
  const { number, metrics, cells } = strip.rows[row]!;
  const cell = cells.find(([at]) => at === column);
  const operator = strip.operators[column];
  const about = operator ? (cell ? [`${operator}: ${cell[1]}, ${cell[3]} wide`, `${cell[2].toLocaleString("en")} parameters`] : [`without ${operator}`]) : [];
  return [`Trial ${number}`, ...about, ...Object.entries(metrics).flatMap(([name, value]) => (value === null ? [] : `${metricLabel(name)} ${formatMetric(name, value)}`))];
}

interface StripTabProps {
  id: string;
  stage: number;
  objectives: Objective[];
  metrics: string[];
  ranges: Ranges;
}

export function StripTab({ id, stage, objectives, metrics, ranges }: StripTabProps) {
  const colours = useColours();
  const [sort, setSort] = useQuery("sort", objectives[0]!.metric);
  const [order, setOrder] = useQuery("order", objectives.find(({ metric }) => metric === sort)?.goal === "maximize" ? "down" : "up");
  const answer = useKept(() => insight<Strip>(id, "strip", { sort, descending: order === "down" }), [id, sort, order, stage]);
  const whole = answer.value;
  const strip = useMemo(() => {
    if (!whole) return null;
    const columns = Object.fromEntries(metrics.map((metric) => [metric, whole.rows.map((row) => row.metrics[metric] ?? null)]));
    const within = rowsWithin(columns, whole.rows.length, ranges);
    return within ? { ...whole, rows: whole.rows.filter((_, row) => within[row]) } : whole;
  }, [whole, ranges, metrics.join()]);
  if (answer.error) return <ErrorBox error={answer.error} />;
  if (!strip) return <Waiting height={600} />;
  if (strip.front === 0)
    return (
      <Empty title="The front is empty so far">
        <p>Here each member of the front will be a row: its layers across, coloured by precision, as thick as they are wide.</p>
      </Empty>
    );
  const present = PRECISIONS.filter((precision) => strip.rows.some(({ cells }) => cells.some((cell) => cell[1] === precision)));
  const laidOut = () => layoutStrip(strip, 1200, 168, 19);
  const labels = () => strip.rows.map(({ number, metrics: values }) => `${number}  ${values[sort] === null || values[sort] === undefined ? "" : formatMetric(sort, values[sort]!)}`);
  const savePng = () => {
    const canvas = document.createElement("canvas");
    paint(canvas, laidOut(), { ...paintsOf(colours), text: colours.text }, 2, null, { surface: colours.surface, labels: labels() });
    canvas.toBlob((blob) => blob && save("policy-strip.png", blob));
  };
  const saveSvg = () => {
    const text = svgOfStrip(laidOut(), labels(), paintsOf(colours).cell, colours.text, colours.surface);
    save("policy-strip.svg", new Blob([text], { type: "image/svg+xml" }));
  };
  const table = () => ({
    columns: ["trial", ...metrics, ...strip.operators.flatMap((name) => [`${name} precision`, `${name} params`, `${name} width`])],
    rows: strip.rows.map(({ number, metrics: values, cells }) => [
      number,
      ...metrics.map((metric) => values[metric]),
      ...strip.operators.flatMap((_, column) => cells.find(([at]) => at === column)?.slice(1) ?? ["", "", ""]),
    ]),
  });
  return (
    <section class="card" aria-labelledby="strip-title">
      <header class="card-head">
        <h2 id="strip-title">Policy strip</h2>
        <span class="muted">
          {strip.rows.length < strip.front ? `${strip.rows.length} of ${strip.front}` : strip.front} members of the front, {strip.operators.length} operators
        </span>
        <span class="spacer" />
        <MetricSelect label="sorted by" value={sort} metrics={metrics} onChange={setSort} />
        <select aria-label="Order" value={order === "down" ? "down" : "up"} onChange={(event) => setOrder(event.currentTarget.value)}>
          <option value="down">largest first</option>
          <option value="up">smallest first</option>
        </select>
        <Menu
          label="Download Policy strip"
          face="↓"
          items={[
            ["PNG", savePng],
            ["SVG", saveSvg],
            ["CSV", () => save("policy-strip.csv", new Blob([csvOf(table())], { type: "text/csv" }))],
          ]}
        />
      </header>
      <p class="legend strip-legend">
        {present.map((precision) => (
          <span key={precision}>
            <i class={`p-${precision}`} /> {precision} <span class="muted long">{NAMES[precision]}</span>
          </span>
        ))}
        <span class="muted">
          <svg viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">
            <rect class="thick" x="0" y="1" width="7" height="10" rx="1" />
            <rect class="thick" x="9" y="3" width="7" height="6" rx="1" />
            <rect class="thick" x="18" y="4.5" width="7" height="3" rx="1" />
          </svg>{" "}
          thick: large
        </span>
      </p>
      <Picture study={id} strip={strip} metric={sort} />
    </section>
  );
}
