// What the server says at an address: once, or again and again while the page is looked at.
import { useCallback, useEffect, useState } from "preact/hooks";
import { Unreachable } from "../app/api";

const RETRY_MS = 3000;

export interface Answer<T> {
  value: T | null; // null until the first answer
  error: Error | null; // of the latest try; the value before it stays
  again: () => void;
}

/** Asks anew when what it is about changes, every so often if wished, and after a silence of the server. */
export function useAnswer<T>(ask: () => Promise<T>, about: unknown[], everyMs = 0): Answer<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => setValue(null), about);
  useEffect(() => {
    let gone = false;
    let timer = 0;
    const wait = (delay: number) => {
      // A page that nobody sees asks nothing.
      if (delay) timer = window.setTimeout(() => (document.hidden ? wait(delay) : refresh()), delay);
    };
    const refresh = async () => {
      const answer = await ask().catch((failure: Error) => failure);
      if (gone) return;
      if (answer instanceof Error) {
        setError(answer);
        return wait(everyMs || (answer instanceof Unreachable ? RETRY_MS : 0));
      }
      setValue(answer);
      setError(null);
      wait(everyMs);
    };
    refresh();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [...about, tries, everyMs]);
  return { value, error, again: useCallback(() => setTries((before) => before + 1), []) };
}
