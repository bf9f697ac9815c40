// What the study page asks of the server: columns and aggregates, never a hundred thousand trials.
import { get, studyPath } from "../app/api";
import type { Objective } from "../app/model";

export type Kind = "measured" | "predicted" | "imported" | "reported";

/** Measured trials as columns: the front whole, the others decimated. */
export interface Points {
  sequence: number; // of the last event in it
  matching: number;
  axes: string[];
  number: number[];
  front: (0 | 1)[];
  feasible: (0 | 1)[];
  kind: Kind[];
  values: Record<string, (number | null)[]>;
  spreads: Record<string, (number | null)[]>;
  genomes?: string[];
}

export interface HistoryColumns {
  trials: number[];
  elapsed_s: number[];
  hypervolume: (number | null)[];
  best: Record<string, (number | null)[]>;
}

export interface StudyHistory {
  sequence: number;
  reference: Record<string, number> | null;
  states: Record<string, number>;
  front: number;
  history: HistoryColumns;
}

export interface PredictionError {
  trials: number;
  count: number;
  mean_absolute_error: number;
  bias: number;
  low: number;
  high: number;
  kendall_tau: number | null;
}

export interface Parity {
  metric: string;
  metrics: string[];
  count: number;
  overall: PredictionError | null;
  over_time: PredictionError[];
  number: number[];
  predicted?: number[];
  measured?: number[];
  spread?: number[];
}

export interface TimelineBar {
  number: number;
  state: string;
  worker: string;
  lane: number;
  from_s: number;
  to_s: number;
}

export interface Timeline {
  from_s: number;
  to_s: number;
  last_s: number;
  bars: TimelineBar[];
  bins: { worker: string; from_s: number; to_s: number; finished: number; failed: number }[];
}

export interface Failures {
  finished: number;
  groups: { reason: string; example: string; state: string; count: number; first: number; last: number; numbers: number[] }[];
  constraints: { metric: string; count: number; min?: number; max?: number }[];
}

export interface Importance {
  method: string;
  caveat: string;
  metrics: Record<string, { trials: number; genes: { gene: string; share: number }[] }>;
}

export interface SliceLevel {
  value: number | string | null;
  count: number;
  front: number;
  mean?: number;
  low?: number;
  median?: number;
  high?: number;
}

export interface Slices {
  metric: string | null;
  trials: number;
  front: number;
  genes: { name: string; levels: SliceLevel[] }[];
}

/** Index of the operator, precision, parameters, width. */
export type StripCell = [column: number, precision: string, params: number, width: number];

export interface Strip {
  front: number;
  sort: string;
  operators: string[];
  most: number[];
  rows: { number: number; metrics: Record<string, number | null>; cells: StripCell[] }[];
}

type Query = Record<string, string | number | boolean | undefined>;

/** A study's insight; empty values are left out of the query. */
export function insight<T>(id: string, name: string, query: Query = {}): Promise<T> {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== "" && value !== false) given.set(key, String(value));
  const text = given.toString();
  return get<T>(studyPath(id, `/${name}${text ? `?${text}` : ""}`));
}

/** Two studies can share a hypervolume chart when they want the same of the same supernet. */
export function comparable(a: { supernet: string; objectives: Objective[] }, b: { supernet: string; objectives: Objective[] }): boolean {
  const wants = (spec: { objectives: Objective[] }) => spec.objectives.map(({ metric, goal }) => `${metric} ${goal}`).join();
  return a.supernet === b.supernet && wants(a) === wants(b);
}
