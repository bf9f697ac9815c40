// Workers: which live where, doing what.
import { PageHead } from "../parts/page_head";

export function WorkersPage() {
  return <PageHead title="Workers" />;
}
