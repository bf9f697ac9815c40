// Measurements that were taken in from files.
import { PageHead } from "../parts/page_head";

export function ImportsPage() {
  return <PageHead title="Measurements" />;
}

export function ImportPage({ id }: { id: string }) {
  return <PageHead title={id} back={["#/measurements", "Measurements"]} />;
}

export function NewImportPage() {
  return <PageHead title="Take in measurements" back={["#/measurements", "Measurements"]} />;
}
