// Asks before what cannot be taken back.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog";
import { ErrorBox } from "./error_box";

interface QuestionProps {
  label: string; // of the button that does it
  title: string; // the question
  children: ComponentChildren; // what will be lost, what stays
  act: () => Promise<unknown>;
  onClose: () => void;
}

export function Question({ label, title, children, act, onClose }: QuestionProps) {
  const [error, setError] = useState<Error | null>(null);
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      <ErrorBox error={error} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" class="danger" onClick={() => act().then(onClose, setError)}>
          {label}
        </button>
      </div>
    </Dialog>
  );
}

/** A button with such a question behind it. */
export function Confirm({ onClose, ...question }: Omit<QuestionProps, "onClose"> & { onClose?: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="danger" onClick={() => setOpen(true)}>
        {question.label}
      </button>
      {open && (
        <Question
          {...question}
          onClose={() => {
            setOpen(false);
            onClose?.();
          }}
        />
      )}
    </>
  );
}
