// A trial to take away: files for Quarry, DyNAS-T and who deploys it, and the command that measures it again.
import { get, studyPath } from "../app/api";
import { useAnswer } from "../parts/ask";
import { CopyButton } from "../parts/copy_button";
import { ErrorBox } from "../parts/error_box";

interface Card {
  formats: string[];
  reproduce: string;
  not_reproduced?: Record<string, string>;
}

const LABELS: Record<string, [label: string, hint: string]> = {
  quarry: ["Config", "for quarry measure --config and quarry enqueue"],
  policy: ["Quantization policy", "precision and scheme of every operator"],
  dynast: ["DyNAS-T dict", "as DyNAS-T writes and reads it"],
  card: ["Card", "all that is known of it: metrics, machine, origin, the command"],
};

function exportPath(study: string, number: number, format: string): string {
  return studyPath(study, `/trials/${number}/export?format=${format}`);
}

/** Links that download; asks for the card to know which there are. */
export function useCard(study: string, number: number) {
  return useAnswer(() => get<Card>(exportPath(study, number, "card")), [study, number]);
}

export function ExportLinks({ study, number, formats }: { study: string; number: number; formats: string[] }) {
  return (
    <div class="actions exports">
      {formats.map((format) => {
        const [label, hint] = LABELS[format] ?? [format, ""];
        return (
          <a key={format} class="button" href={exportPath(study, number, format)} download title={hint}>
            ↓ {label}
          </a>
        );
      })}
    </div>
  );
}

export function ExportCard({ study, number }: { study: string; number: number }) {
  const { value: card, error } = useCard(study, number);
  return (
    <section class="card" aria-labelledby="export-title">
      <header class="card-head">
        <h2 id="export-title">Take it away</h2>
      </header>
      <ErrorBox error={error} />
      {card && (
        <>
          <ExportLinks study={study} number={number} formats={card.formats} />
          <h3>Measure it again</h3>
          <pre class="command" data-testid="reproduce">
            {card.reproduce}
          </pre>
          <div class="actions">
            <CopyButton text={card.reproduce} label="Copy the command" />
          </div>
          {Object.entries(card.not_reproduced ?? {}).map(([metric, why]) => (
            <p key={metric} class="help">
              It does not bring {metric}: {why}.
            </p>
          ))}
        </>
      )}
    </section>
  );
}
