// Light or dark: the browser's choice unless the user made one here. The sheet reads it from the root element, canvases from useTheme.
import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const KEY = "quarry.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const printing = window.matchMedia("print");

function chosen(): Theme | null {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : null;
}

function currentTheme(): Theme {
  // Nobody wants a page of black ink.
  if (printing.matches) return "light";
  return chosen() ?? (dark.matches ? "dark" : "light");
}

function apply(): void {
  document.documentElement.dataset.theme = currentTheme();
  window.dispatchEvent(new Event("quarry-theme"));
}

apply();
dark.addEventListener("change", apply);
printing.addEventListener("change", apply);

/** The other theme from now on; the browser's own choice is not kept, so that it can change by itself again. */
export function switchTheme(): void {
  const wanted = currentTheme() === "dark" ? "light" : "dark";
  if (wanted === (dark.matches ? "dark" : "light")) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, wanted);
  apply();
}

export function useTheme(): Theme {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => {
    const listener = () => setTheme(currentTheme());
    window.addEventListener("quarry-theme", listener);
    return () => window.removeEventListener("quarry-theme", listener);
  }, []);
  return theme;
}
