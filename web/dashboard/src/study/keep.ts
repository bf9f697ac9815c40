// What was there stays until the next is: nothing jumps while the server computes.
import { useRef } from "preact/hooks";
import { type Answer, useAnswer } from "../parts/ask";

/** As useAnswer, but a value is kept while the next is asked for. */
export function useKept<T>(ask: () => Promise<T>, about: unknown[]): Answer<T> {
  const answer = useAnswer(ask, about);
  const kept = useRef<T | null>(null);
  if (answer.value !== null) kept.current = answer.value;
  return { ...answer, value: kept.current };
}
