// A table that sorts by its headings and shows many rows a part at a time. The order is kept in the address. On a phone each row becomes a block of
// its own, its cells beside their labels; the roles are spelled out because a browser forgets them with the layout.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useQuery } from "../app/router";

export interface Column<Row> {
  key: string;
  label: string;
  right?: boolean; // numbers stand under each other
  /** What to sort by; a column without it does not sort. Undefined goes last. */
  by?: (row: Row) => number | string | null | undefined;
  cell: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  label: string; // for screen readers
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string | number;
  /** "-KEY" sorts downwards. */
  sortedBy?: string;
  sortQuery?: string;
  atFirst?: number;
}

function compare(left: number | string | null | undefined, right: number | string | null | undefined): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}

export function Table<Row>({ label, columns, rows, keyOf, sortedBy = "", sortQuery = "sort", atFirst = 50 }: TableProps<Row>) {
  const [sort, setSort] = useQuery(sortQuery, sortedBy);
  const [limit, setLimit] = useState(atFirst);
  const key = sort.replace(/^-/, "");
  const sign = sort.startsWith("-") ? -1 : 1;
  const by = columns.find((column) => column.key === key)?.by;
  const missing = (row: Row) => by?.(row) === null || by?.(row) === undefined;
  const sorted = by
    ? [...rows].sort((a, b) => Number(missing(a)) - Number(missing(b)) || (missing(a) ? 0 : sign * compare(by(a), by(b))))
    : rows;
  return (
    <>
      <div class="scroll" role="group" aria-label={label} tabIndex={0}>
        <table role="table" class="stacks">
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  role="columnheader"
                  class={`${column.right ? "right" : ""}${column.by ? "" : " silent"}`}
                  aria-sort={column.by && key === column.key ? (sign < 0 ? "descending" : "ascending") : undefined}
                >
                  {column.by ? (
                    <button type="button" onClick={() => setSort(sort === column.key ? `-${column.key}` : column.key)}>
                      {column.label}
                      <span aria-hidden="true">{key === column.key ? (sign < 0 ? " ↓" : " ↑") : ""}</span>
                    </button>
                  ) : (
                    column.label
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {sorted.slice(0, limit).map((row) => (
              <tr key={keyOf(row)} role="row">
                {columns.map((column) => (
                  <td key={column.key} role="cell" data-label={column.label} class={column.right ? "right" : ""}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > limit && (
        <button type="button" class="more" onClick={() => setLimit(limit * 4)}>
          Show more of {rows.length.toLocaleString()}
        </button>
      )}
    </>
  );
}
