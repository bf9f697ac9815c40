// Supernets: what can be searched, gene by gene.
import { get, getAll } from "../app/api";
import type { Supernet } from "../app/model";
import { link, useQuery } from "../app/router";
import { useAnswer } from "../parts/ask";
import { ErrorBox } from "../parts/error_box";
import { formatCount } from "../parts/format";
import { NewLink } from "../parts/new_link";
import { PageHead } from "../parts/page_head";
import { Table } from "../parts/table";
import { SupernetView } from "./supernet_view";
import "./resources.css";

export { NewSupernetPage } from "./new_supernet_page";

export function SupernetsPage() {
  const { value: supernets, error } = useAnswer(() => getAll<Supernet>("/v1/supernets"), []);
  const [text, setText] = useQuery("q");
  const shown = (supernets ?? []).filter(({ name, summary }) => `${name} ${summary}`.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <PageHead title="Supernets" note="Search spaces: what networks there are, and what each of them is made of.">
        <NewLink href="#/supernets/new">Add a supernet</NewLink>
      </PageHead>
      <ErrorBox error={error} />
      {supernets && (
        <section class="card" aria-label="Supernets">
          <div class="card-head">
            <input type="search" aria-label="Search supernets" placeholder="Name or what it is" value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </div>
          <Table
            label="Supernets"
            rows={shown}
            keyOf={({ name }) => name}
            columns={[
              { key: "name", label: "Name", by: ({ name }) => name, cell: ({ name }) => <a href={link(["supernets", name])}>{name}</a> },
              { key: "genes", label: "Genes", right: true, by: ({ genes }) => genes.length, cell: ({ genes }) => genes.length },
              { key: "size", label: "Networks", right: true, by: (each) => each.canonical_size ?? each.raw_size, cell: (each) => formatCount(each.canonical_size ?? each.raw_size ?? 0) },
              { key: "weights", label: "Weights", by: ({ has_weights: has }) => (has ? 0 : 1), cell: ({ has_weights: has }) => (has ? "here" : <span class="muted">none</span>) },
              { key: "summary", label: "What it is", cell: ({ summary }) => <span class="wrap summary">{summary}</span> },
            ]}
          />
          {!shown.length && <p class="muted">None of the {supernets.length} supernets is like that.</p>}
        </section>
      )}
    </>
  );
}

export function SupernetPage({ name }: { name: string }) {
  const { value: supernet, error } = useAnswer(() => get<Supernet>(`/v1/supernets/${encodeURIComponent(name)}`), [name]);
  return (
    <>
      <PageHead title={name} back={["#/supernets", "Supernets"]} note={supernet?.summary}>
        {supernet && (
          <a class="button" href={`/v1/supernets/${encodeURIComponent(name)}:manifest`} download={`${name}.json`}>
            Manifest
          </a>
        )}
        <NewLink href={link(["studies", "new"], { supernet: name })}>Search it</NewLink>
      </PageHead>
      <ErrorBox error={error} />
      {supernet && <SupernetView supernet={supernet} />}
    </>
  );
}
