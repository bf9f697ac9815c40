// Supernets: which there are, and what genes they have.
import { PageHead } from "../parts/page_head";

export function SupernetsPage() {
  return <PageHead title="Supernets" />;
}

export function SupernetPage({ name }: { name: string }) {
  return <PageHead title={name} back={["#/supernets", "Supernets"]} />;
}

export function NewSupernetPage() {
  return <PageHead title="Add a supernet" back={["#/supernets", "Supernets"]} />;
}
