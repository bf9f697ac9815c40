// A new study by a form.
import { PageHead } from "../parts/page_head";

export function NewStudyPage() {
  return <PageHead title="New study" back={["#/studies", "Studies"]} />;
}
