// The header of every page: where one is, the theme, and who one is to the server.
import { useEffect, useRef } from "preact/hooks";
import { link } from "./router";
import { logOut, useSession } from "./session";
import { switchTheme, useTheme } from "./theme";

const SECTIONS: [string, string][] = [
  ["studies", "Studies"],
  ["predictors", "Predictors"],
  ["supernets", "Supernets"],
  ["measurements", "Measurements"],
  ["workers", "Workers"],
];

export function Header({ section }: { section: string }) {
  const session = useSession();
  const other = useTheme() === "dark" ? "light" : "dark";
  const sections = session.guarded ? [...SECTIONS, ["tokens", "Tokens"] as [string, string]] : SECTIONS;
  // On a phone the sections are wider than the screen.
  const nav = useRef<HTMLElement>(null);
  useEffect(() => nav.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }), [section, session.guarded]);
  const skip = (event: Event) => {
    event.preventDefault();
    document.getElementById("main")?.focus();
  };
  return (
    <header class="top">
      <a href="#main" class="skip" onClick={skip}>
        Skip to the page
      </a>
      <a href="#/studies" class="brand">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <path d="M2 14V9l4-2 3-4 5-1v12z" fill="currentColor" />
        </svg>
        Quarry
      </a>
      <nav ref={nav} aria-label="Sections">
        {sections.map(([name, label]) => (
          <a key={name} href={link([name])} aria-current={section === name ? "page" : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <span class="spacer" />
      {session.scope !== "admin" && !session.needsToken && (
        <span class="pill plain" title="This token may look at everything and change nothing">
          {session.scope === "read" ? "read-only" : "worker"}
        </span>
      )}
      <button type="button" class="quiet" onClick={switchTheme} aria-label={`Use the ${other} theme`} title={`Use the ${other} theme`}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
        </svg>
      </button>
      {session.guarded && !session.needsToken && (
        <button type="button" class="quiet" onClick={() => logOut()} title={`Logged in with the token ${session.name}`}>
          Log out
        </button>
      )}
    </header>
  );
}
