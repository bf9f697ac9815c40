// A button that asks before it acts: for what cannot be taken back.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ErrorBox } from "./error_box";

interface ConfirmProps {
  label: string; // of the button
  title: string; // the question
  children: ComponentChildren; // what will be lost, what stays
  act: () => Promise<unknown>;
}

export function Confirm({ label, title, children, act }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<Error | null>(null);
  const close = () => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        class="danger"
        onClick={() => {
          setError(null);
          dialog.current?.showModal();
        }}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-label={title}>
        <h2>{title}</h2>
        <p>{children}</p>
        <ErrorBox error={error} />
        <div class="actions">
          <button type="button" autofocus onClick={close}>
            Keep it
          </button>
          <button type="button" class="danger" onClick={() => act().then(close, setError)}>
            {label}
          </button>
        </div>
      </dialog>
    </>
  );
}
