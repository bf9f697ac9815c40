// The API's documents as the dashboard reads them. Names and units are the server's.

export interface Measurement {
  value: number;
  spread: number;
  samples: number;
  source: "exact" | "measured" | "predicted" | "imported" | "reported";
  fingerprint?: string;
  detail?: Record<string, number>;
}

export type ConfigValue = number | string | (number | string)[];

export interface Trial {
  number: number;
  state: "queued" | "leased" | "measuring" | "running" | "succeeded" | "infeasible" | "failed" | "expired" | "cancelled";
  genome: number[];
  config: Record<string, ConfigValue>;
  policy: Record<string, string>;
  metrics: Record<string, Measurement>;
  origin: { how: string; parents?: number[]; predicted?: Record<string, number>; baseline?: string };
  reason?: string;
}

export interface Objective {
  metric: string;
  goal: "minimize" | "maximize";
}

export interface StudySpec {
  supernet: string;
  objectives: Objective[];
  algorithm: { name: string };
  seed: number;
}

export interface Study {
  id: string;
  name: string;
  state: "draft" | "queued" | "running" | "pausing" | "paused" | "stopping" | "completed" | "failed" | "cancelled";
  reason: string;
  created_at: string;
  spec: StudySpec;
  progress: { trials: number; budget: { trials: number; seconds?: number }; elapsed_s: number; eta_s: number | null };
  hypervolume: number | null;
}

/** What the server advises of a front: a trial's number or none, who cannot be told from it, and the sentence that says why. */
export interface FrontChoice {
  number: number | null;
  indistinguishable: number[];
  sentence: string;
}

/** One line of a study's log, as the event stream brings it. */
export interface StudyEvent {
  id: number;
  type: string;
  data: Record<string, unknown>;
}
