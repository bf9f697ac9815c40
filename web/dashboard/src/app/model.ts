// The API's documents as the dashboard reads them: the types of openapi.json, narrowed where the server always sends what a client may leave out.
import type * as Api from "../../generated/openapi";

export type { Catalog, Constraint, Import, ImportedRow, Network, Predictor, Problem, Supernet, Token, TrialNetwork, Worker } from "../../generated/openapi";

export type Measurement = Api.Measurement & { spread: number; samples: number; detail?: Record<string, number> };

export type ConfigValue = number | string | (number | string)[];

export interface Origin {
  how: string;
  parents?: number[];
  predicted?: Record<string, number>;
  baseline?: string;
}

export type TrialState = "queued" | "leased" | "measuring" | "running" | "succeeded" | "infeasible" | "failed" | "expired" | "cancelled";

export type Trial = Omit<Api.Trial, "state" | "genome" | "config" | "policy" | "metrics" | "origin"> & {
  state: TrialState;
  genome: number[];
  config: Record<string, ConfigValue>;
  policy: Record<string, string>;
  metrics: Record<string, Measurement>;
  origin: Origin;
};

export type Goal = "minimize" | "maximize";
export type Objective = Api.Objective & { goal: Goal };

/** A study's document with its defaults filled in. */
export type StudySpec = Api.StudySpec & { objectives: Objective[]; algorithm: { name: string }; seed: number };

export type Study = Omit<Api.Study, "spec" | "progress"> & {
  reason: string;
  created_at: string;
  hypervolume: number | null;
  spec: StudySpec;
  progress: { trials: number; budget: { trials: number; seconds?: number }; elapsed_s: number; eta_s: number | null };
};

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
