// Tokens of a server beyond loopback: who may look, work, or change things.
import { useState } from "preact/hooks";
import { getAll, post, remove } from "../app/api";
import type { Token } from "../app/model";
import { useMayChange } from "../app/session";
import { useAnswer } from "../parts/ask";
import { Confirm } from "../parts/confirm";
import { CopyButton } from "../parts/copy_button";
import { Empty } from "../parts/empty";
import { ErrorBox } from "../parts/error_box";
import { SelectField, TextField } from "../parts/field";
import { formatWhen } from "../parts/format";
import { PageHead } from "../parts/page_head";
import { Table } from "../parts/table";
import "./resources.css";

export function TokensPage() {
  const mayChange = useMayChange();
  return (
    <>
      <PageHead title="Tokens" note="What lets a browser, a script or a worker in. A token's secret is shown once, when it is made." />
      {mayChange ? <Tokens /> : <Empty title="Only an administrator sees the tokens" />}
    </>
  );
}

function Tokens() {
  const { value: tokens, error, again } = useAnswer(() => getAll<Token>("/v1/tokens"), []);
  const [name, setName] = useState("");
  const [scope, setScope] = useState("read");
  const [made, setMade] = useState<Token | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const create = (event: Event) => {
    event.preventDefault();
    post<Token>("/v1/tokens", { name, scope }).then(
      (token) => {
        setMade(token);
        setName("");
        setFailure(null);
        again();
      },
      setFailure,
    );
  };
  return (
    <>
      <ErrorBox error={error ?? failure} />
      <form class="card" aria-label="A new token" onSubmit={create}>
        <div class="form-grid">
          <TextField label="What it is for" value={name} onChange={setName} />
          <SelectField
            label="May"
            value={scope}
            onChange={setScope}
            choices={[
              ["read", "look at everything"],
              ["worker", "also take tasks and report"],
              ["admin", "do everything"],
            ]}
          />
        </div>
        <p>
          <button type="submit" class="primary" disabled={!name.trim()}>
            Make a token
          </button>
        </p>
        {made?.token && (
          <p role="status">
            The secret of {made.name}, shown this once: <code>{made.token}</code> <CopyButton text={made.token} />
          </p>
        )}
      </form>
      {tokens && tokens.length > 0 && (
        <section class="card" aria-label="Tokens">
          <Table
            label="Tokens"
            rows={tokens}
            keyOf={({ id }) => id}
            columns={[
              { key: "name", label: "For", by: (token) => token.name, cell: (token) => token.name },
              { key: "scope", label: "Scope", by: (token) => token.scope, cell: (token) => token.scope },
              { key: "created", label: "Made", by: (token) => token.created_at, cell: (token) => formatWhen(token.created_at ?? "") },
              {
                key: "revoke",
                label: "",
                cell: (token) => (
                  <Confirm label="Revoke" title={`Revoke ${token.name}?`} act={() => remove(`/v1/tokens/${token.id}`)} onClose={again}>
                    Whoever uses it is refused from now on.
                  </Confirm>
                ),
              },
            ]}
          />
        </section>
      )}
    </>
  );
}
