// The filter of the page: ranges of metrics, as the address and the server write them: latency_ms>=2,latency_ms<=8. Pure.

export type Ranges = Record<string, { min?: number; max?: number }>;

export function parseWhere(text: string): Ranges {
  const ranges: Ranges = {};
  for (const condition of text.split(",")) {
    const found = /^\s*([^<>=\s]+)\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(condition);
    const bound = Number(found?.[3]);
    if (!found || !Number.isFinite(bound)) continue;
    const range = (ranges[found[1]!] ??= {});
    if (found[2]!.startsWith("<")) range.max = bound;
    else range.min = bound;
  }
  return ranges;
}

// Enough digits to tell any two trials apart, and still an address that can be read.
const short = (bound: number) => String(Number(bound.toPrecision(6)));

export function whereText(ranges: Ranges): string {
  return Object.entries(ranges)
    .flatMap(([metric, { min, max }]) => [min === undefined ? "" : `${metric}>=${short(min)}`, max === undefined ? "" : `${metric}<=${short(max)}`])
    .filter(Boolean)
    .join(",");
}

/** Which rows of columns lie in all ranges; null: there is no filter, so all do. */
export function rowsWithin(values: Record<string, (number | null)[]>, length: number, ranges: Ranges): boolean[] | null {
  const bounds = Object.entries(ranges);
  if (!bounds.length) return null;
  const within = new Array<boolean>(length).fill(true);
  for (const [metric, { min = -Infinity, max = Infinity }] of bounds) {
    const column = values[metric];
    for (let i = 0; i < length; ++i) {
      const value = column?.[i];
      if (value === null || value === undefined || value < min || value > max) within[i] = false;
    }
  }
  return within;
}
