// An address that leads nowhere.
import { Empty } from "../parts/empty";
import { PageHead } from "../parts/page_head";

export function NotHere() {
  return (
    <>
      <PageHead title="There is no such page" />
      <Empty title="Where to go from here">
        <p>
          The address may be of another version of the dashboard. <a href="#/studies">All studies</a> are a good place to start from.
        </p>
      </Empty>
    </>
  );
}
