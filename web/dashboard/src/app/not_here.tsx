// An address that leads nowhere.
import { Empty } from "../parts/empty";

export function NotHere() {
  return (
    <Empty title="There is no such page">
      <p>
        The address may be of another version of the dashboard. <a href="#/studies">All studies</a> are a good place to start from.
      </p>
    </Empty>
  );
}
