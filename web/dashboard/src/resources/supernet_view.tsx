// A supernet's genes, its extremes and its baselines.
import type { Supernet } from "../app/model";
import { formatCount, formatMetric } from "../parts/format";
import { Table } from "../parts/table";

interface NetworkRow {
  name: string;
  operators: number;
  macs: number;
  params: number;
  model_size_bytes: number;
}

interface GeneGroup {
  name: string;
  count: number; // of a list; 1 for a gene alone
  kind: string;
  choices: string[];
}

/** Genes as a user names them: heads[0] to heads[5] of the same choices are one line. */
export function groupsOf(genes: Supernet["genes"]): GeneGroup[] {
  const groups: GeneGroup[] = [];
  for (const gene of genes) {
    const name = gene.name.replace(/\[\d+\]$/, "");
    const choices = gene.choices.map(String);
    const same = groups.find((group) => group.name === name && group.kind === gene.kind && group.choices.join() === choices.join());
    if (same) same.count += 1;
    else groups.push({ name, count: 1, kind: gene.kind, choices });
  }
  return groups;
}

function ChoiceList({ choices }: { choices: string[] }) {
  return (
    <span class="wrap">
      {choices.map((choice) => (
        <code key={choice} class="choice">
          {choice}
        </code>
      ))}
    </span>
  );
}

export function SupernetView({ supernet }: { supernet: Supernet }) {
  const networks = (supernet.networks ?? []) as unknown as NetworkRow[];
  const baselines = (supernet.baselines ?? []) as { name: string; summary: string }[];
  return (
    <>
      <section class="card" aria-labelledby="genes">
        <div class="card-head">
          <h2 id="genes">Genes</h2>
          <span class="muted">
            {supernet.genes.length} genes, {formatCount(supernet.raw_size ?? 0)} genomes
            {supernet.canonical_size != null && `, ${formatCount(supernet.canonical_size)} of them different networks`};{" "}
            {supernet.has_weights ? "with weights" : "without weights"}
          </span>
        </div>
        <Table
          label="Genes"
          rows={groupsOf(supernet.genes)}
          keyOf={({ name, choices }) => `${name} ${choices.join()}`}
          columns={[
            { key: "name", label: "Gene", cell: ({ name, count }) => <code>{count > 1 ? `${name} × ${count}` : name}</code> },
            { key: "kind", label: "Kind", cell: ({ kind }) => kind },
            { key: "choices", label: "Choices", cell: ({ choices }) => <ChoiceList choices={choices} /> },
          ]}
        />
      </section>
      {networks.length > 0 && (
        <section class="card" aria-labelledby="extremes">
          <div class="card-head">
            <h2 id="extremes">Extremes and baselines</h2>
          </div>
          <Table
            label="Networks"
            sortQuery="networks"
            rows={networks}
            keyOf={({ name }) => name}
            columns={[
              { key: "name", label: "Network", cell: ({ name }) => name },
              { key: "operators", label: "Operators", right: true, cell: ({ operators }) => operators.toLocaleString() },
              { key: "macs", label: "MACs", right: true, cell: ({ macs }) => formatMetric("macs", macs) },
              { key: "params", label: "Parameters", right: true, cell: ({ params }) => formatMetric("params", params) },
              { key: "size", label: "Size", right: true, cell: ({ model_size_bytes: size }) => formatMetric("model_size_bytes", size) },
              { key: "summary", label: "What it is", cell: ({ name }) => <span class="wrap muted">{baselines.find((each) => each.name === name)?.summary}</span> },
            ]}
          />
        </section>
      )}
    </>
  );
}
