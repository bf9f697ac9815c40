// A page's title, what it is about, and what can be done on it. Also names the browser's tab.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface PageHeadProps {
  title: string;
  note?: ComponentChildren;
  back?: [href: string, label: string];
  children?: ComponentChildren; // state and buttons, on the right
}

export function PageHead({ title, note, back, children }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Quarry`;
  }, [title]);
  return (
    <header class="page-head">
      <div>
        {back && (
          <a href={back[0]} class="back">
            ← {back[1]}
          </a>
        )}
        <h1>{title}</h1>
        {note && <p class="muted">{note}</p>}
      </div>
      <span class="spacer" />
      {children && <div class="actions">{children}</div>}
    </header>
  );
}
