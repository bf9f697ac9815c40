// The form's study as a script would send it.
import { useState } from "preact/hooks";
import { CopyButton } from "../parts/copy_button";
import { scriptsOf } from "./scripts";

export function SpecView({ document }: { document: unknown }) {
  const scripts = scriptsOf(document, location.origin);
  const [shown, setShown] = useState("JSON");
  const script = scripts.find(({ name }) => name === shown) ?? scripts[0]!;
  return (
    <section class="card spec-view" aria-label="The same study for a script">
      <header class="card-head">
        <h2>For a script</h2>
        <span class="spacer" />
        <CopyButton text={script.text} />
      </header>
      <div class="choices" role="group" aria-label="Language">
        {scripts.map(({ name }) => (
          <button key={name} type="button" aria-pressed={name === script.name} onClick={() => setShown(name)}>
            {name}
          </button>
        ))}
      </div>
      <pre tabIndex={0} data-testid="script">
        {script.text}
      </pre>
    </section>
  );
}
