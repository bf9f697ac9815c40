// A chart to take away: as a picture (PNG at twice the size, SVG) or as the numbers in it (CSV).
import { type ECharts, init } from "echarts/core";
import { Menu } from "./menu";
import { save } from "./save";

/** The numbers of a chart. */
export interface ChartTable {
  columns: string[];
  rows: (string | number | null | undefined)[][];
}

/** RFC 4180: a cell with a comma, a quote or a line break is quoted. */
export function csvOf({ columns, rows }: ChartTable): string {
  const cell = (value: string | number | null | undefined) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function surface(): string {
  return getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
}

// Drawn anew by the other renderer, at the size that is seen.
function svgOf(chart: ECharts): string {
  const drawn = init(null, null, { renderer: "svg", ssr: true, width: chart.getWidth(), height: chart.getHeight() });
  drawn.setOption({ ...chart.getOption(), animation: false, backgroundColor: surface() });
  const text = drawn.renderToSVGString();
  drawn.dispose();
  return text;
}

interface DownloadsProps {
  title: string;
  chart: () => ECharts | null;
  table: () => ChartTable;
}

export function Downloads({ title, chart, table }: DownloadsProps) {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const drawn = (use: (chart: ECharts) => void) => () => {
    const made = chart();
    if (made) use(made);
  };
  return (
    <Menu
      label={`Download ${title}`}
      face="↓"
      items={[
        ["PNG", drawn((made) => save(`${name}.png`, made.getDataURL({ pixelRatio: 2, backgroundColor: surface() })))],
        ["SVG", drawn((made) => save(`${name}.svg`, new Blob([svgOf(made)], { type: "image/svg+xml" })))],
        ["CSV", () => save(`${name}.csv`, new Blob([csvOf(table())], { type: "text/csv" }))],
      ]}
    />
  );
}
