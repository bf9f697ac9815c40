// The token that a server beyond loopback asks for.
import { useState } from "preact/hooks";
import { ErrorBox } from "../parts/error_box";
import { logIn } from "./session";

export function Login() {
  const [token, setToken] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    logIn(token.trim()).catch(setError);
  };
  return (
    <form class="card login" onSubmit={submit}>
      <h1>This server asks for a token</h1>
      <p class="muted">
        Its first start shows one; <code>quarry token create NAME</code> on its machine makes more. A token of scope read can look at everything.
      </p>
      <label class="field-label">
        Token
        <input type="password" autocomplete="current-password" required value={token} onInput={(event) => setToken(event.currentTarget.value)} />
      </label>
      <button type="submit" class="primary" disabled={!token.trim()}>
        Log in
      </button>
      <ErrorBox error={error} />
    </form>
  );
}
