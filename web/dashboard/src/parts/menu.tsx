// A small menu behind a button. Escape and a click elsewhere close it.
import { useEffect, useRef, useState } from "preact/hooks";

interface MenuProps {
  label: string; // for screen readers and as a hint
  face: string; // what the button shows
  items: [label: string, act: () => void][];
}

export function Menu({ label, face, items }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => box.current?.contains(event.target as Node) || setOpen(false);
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [open]);
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div ref={box} class="menu" onKeyDown={escape}>
      <button ref={button} type="button" class="quiet" aria-expanded={open} aria-label={label} title={label} onClick={() => setOpen(!open)}>
        {face}
      </button>
      {open && (
        <div class="menu-items">
          {items.map(([name, act]) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                setOpen(false);
                act();
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
