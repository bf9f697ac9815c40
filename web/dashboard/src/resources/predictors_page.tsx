// Predictors: which there are, and how good.
import { PageHead } from "../parts/page_head";

export function PredictorsPage() {
  return <PageHead title="Predictors" />;
}

export function PredictorPage({ id }: { id: string }) {
  return <PageHead title={id} back={["#/predictors", "Predictors"]} />;
}
