// What went wrong, in words, where it is noticed: by eye and by ear.
import type { ComponentChildren } from "preact";
import { type FieldError, Refused } from "../app/api";

interface ErrorBoxProps {
  error: Error | string | null;
  /** Errors that are shown at their fields, and so not here again. */
  placed?: (error: FieldError) => boolean;
  children?: ComponentChildren; // what to do about it
}

export function ErrorBox({ error, placed = () => false, children }: ErrorBoxProps) {
  if (!error) return null;
  const errors = error instanceof Refused ? error.errors.filter((each) => !placed(each)) : [];
  return (
    <div class="notice error" role="alert">
      <p>{typeof error === "string" ? error : error.message}</p>
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer || "/"}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {children}
    </div>
  );
}
