// Training a predictor.
import { PageHead } from "../parts/page_head";

export function TrainPage() {
  return <PageHead title="Train a predictor" back={["#/predictors", "Predictors"]} />;
}
