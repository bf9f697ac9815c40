// Tokens of a server beyond loopback.
import { PageHead } from "../parts/page_head";

export function TokensPage() {
  return <PageHead title="Tokens" />;
}
