// Two trials side by side: #/compare?a=STUDY:NUMBER&b=STUDY:NUMBER
import { useQuery } from "../app/router";
import { PageHead } from "../parts/page_head";

export function ComparePage() {
  const [a] = useQuery("a");
  const [b] = useQuery("b");
  return <PageHead title="Compare" note={`${a || "no trial"} against ${b || "no trial"}`} back={["#/studies", "Studies"]} />;
}
