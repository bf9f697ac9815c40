// An empty place that says what would be here and how to get it.
import type { ComponentChildren } from "preact";

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="card empty-page">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
