// The way to where something new begins; not shown to who may only look.
import type { ComponentChildren } from "preact";
import { useMayChange } from "../app/session";

export function NewLink({ href, children }: { href: string; children: ComponentChildren }) {
  if (!useMayChange()) return null;
  return (
    <a class="button primary" href={href}>
      {children}
    </a>
  );
}
