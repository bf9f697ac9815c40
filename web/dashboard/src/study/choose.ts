// Choices by a user's own weights or target among the members of a front, with the sentence that says why, as the server gives for its own. Pure; tested
// by tests/web/choose_test.mjs.
import type { FrontChoice, Objective, Trial } from "../app/model";
import { formatMetric, metricLabel } from "../parts/format";

export type Ranges = Record<string, { low: number; high: number }>;

/** What the members have of each objective; none of one that no member has. */
export function rangesOf(members: Trial[], objectives: Objective[]): Ranges {
  const ranges: Ranges = {};
  for (const { metric } of objectives) {
    const values = members.flatMap((member) => member.metrics[metric]?.value ?? []);
    if (values.length) ranges[metric] = { low: Math.min(...values), high: Math.max(...values) };
  }
  return ranges;
}

/** The bounds as GET .../front understands them. A bound holds for the member that it was taken from, whatever the last digit. */
export function whereOf(bounds: Record<string, number>, objectives: Objective[]): string {
  return objectives
    .filter(({ metric }) => bounds[metric] !== undefined)
    .map(({ metric, goal }) => `${metric}${goal === "maximize" ? ">=" : "<="}${bounds[metric]}`)
    .join(",");
}

export function satisfying(members: Trial[], bounds: Record<string, number>, objectives: Objective[]): Trial[] {
  return members.filter((member) =>
    objectives.every(({ metric, goal }) => {
      const bound = bounds[metric];
      const value = member.metrics[metric]?.value;
      if (bound === undefined) return true;
      return value !== undefined && (goal === "maximize" ? value >= bound : value <= bound);
    }),
  );
}

interface Score {
  member: Trial;
  score: number; // less is better
  spread: number;
}

// How far from the best, as a share of the front's range, and how sure that is.
function shareOf(member: Trial, { metric, goal }: Objective, ranges: Ranges): { lost: number; spread: number } {
  const { low, high } = ranges[metric]!;
  const { value, spread } = member.metrics[metric]!;
  const range = high - low;
  if (range <= 0) return { lost: 0, spread: 0 };
  return { lost: goal === "maximize" ? (high - value) / range : (value - low) / range, spread: spread / range };
}

function choose(scores: Score[], none: string, sentence: (best: Score) => string): FrontChoice {
  const best = scores.reduce<Score | null>((least, each) => (least === null || each.score < least.score ? each : least), null);
  if (!best) return { number: null, indistinguishable: [], sentence: none };
  const twins = scores.filter((each) => each !== best && each.score - best.score <= Math.hypot(each.spread, best.spread)).map(({ member }) => member.number);
  const doubt = twins.length ? `; at 95 % confidence it cannot be told from trial${twins.length > 1 ? "s" : ""} ${listed(twins)}` : "";
  return { number: best.member.number, indistinguishable: twins, sentence: `${sentence(best)}${doubt}.` };
}

function listed(numbers: number[]): string {
  return numbers.length < 2 ? numbers.join("") : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

function complete(members: Trial[], objectives: Objective[]): Trial[] {
  return members.filter((member) => objectives.every(({ metric }) => member.metrics[metric]));
}

const NONE = "No member of the front is within the bounds.";

/** The least weighted loss, each objective as a share of the front's range; a weight that is not given is 1. */
export function byWeights(members: Trial[], objectives: Objective[], ranges: Ranges, weights: Record<string, number>): FrontChoice {
  const weighted = objectives.map((objective) => ({ objective, weight: weights[objective.metric] ?? 1 })).filter(({ weight }) => weight > 0);
  const scores = complete(members, objectives).map((member): Score => {
    const parts = weighted.map(({ objective, weight }) => {
      const { lost, spread } = shareOf(member, objective, ranges);
      return { lost: weight * lost, spread: weight * spread };
    });
    return { member, score: parts.reduce((sum, { lost }) => sum + lost, 0), spread: Math.hypot(...parts.map(({ spread }) => spread)) };
  });
  const words = weighted.map(({ objective, weight }) => `${metricLabel(objective.metric).toLowerCase()} × ${Number(weight.toFixed(1))}`).join(", ");
  return choose(scores, NONE, ({ member }) => `Trial ${member.number} loses least of the front's ranges, weighted ${words || "by nothing"}, of ${members.length} members`);
}

/** The least of the largest distance to the target, in shares of the front's ranges; what is better than wished costs nothing. */
export function byTarget(members: Trial[], objectives: Objective[], ranges: Ranges, target: Record<string, number>): FrontChoice {
  const scores = complete(members, objectives).map((member): Score => {
    let worst = { lost: 0, spread: 0 };
    for (const objective of objectives) {
      const { low, high } = ranges[objective.metric]!;
      const best = objective.goal === "maximize" ? high : low;
      const wished = target[objective.metric] ?? best;
      const share = high > low ? Math.abs(best - wished) / (high - low) : 0;
      const { lost, spread } = shareOf(member, objective, ranges);
      const missed = Math.max(0, lost - share);
      if (missed > worst.lost) worst = { lost: missed, spread };
    }
    return { member, score: worst.lost, spread: worst.spread };
  });
  const words = objectives
    .filter(({ metric }) => ranges[metric])
    .map(({ metric, goal }) => `${metricLabel(metric).toLowerCase()} ${formatMetric(metric, target[metric] ?? (goal === "maximize" ? ranges[metric]!.high : ranges[metric]!.low))}`)
    .join(", ");
  return choose(scores, NONE, ({ member, score }) =>
    score === 0
      ? `Trial ${member.number} reaches the target (${words})`
      : `Trial ${member.number} comes nearest to the target (${words}): it misses no part by more than ${(100 * score).toFixed(0)} % of the front's range`,
  );
}

/** Objectives in which other members cannot be told from the chosen one at 95 %, and who these are. */
export function doubtsOf(chosen: Trial, members: Trial[], objectives: Objective[]): { metric: string; twins: number[] }[] {
  return objectives.flatMap(({ metric }) => {
    const own = chosen.metrics[metric];
    if (!own) return [];
    const twins = members.filter((member) => {
      const other = member.metrics[metric];
      const sure = own.spread === 0 && other?.spread === 0; // equal by formula is no doubt
      return member.number !== chosen.number && other && !sure && Math.abs(other.value - own.value) <= Math.hypot(other.spread, own.spread);
    });
    return twins.length ? [{ metric, twins: twins.map(({ number }) => number) }] : [];
  });
}
