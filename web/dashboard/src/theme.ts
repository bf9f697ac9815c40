// The browser's colour scheme, so that what is drawn on canvases changes with it.
import { useEffect, useState } from "preact/hooks";

export function useTheme(): "light" | "dark" {
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const listener = (event: MediaQueryListEvent) => setDark(event.matches);
    query.addEventListener("change", listener);
    return () => query.removeEventListener("change", listener);
  }, []);
  return dark ? "dark" : "light";
}
