// The token that a server beyond loopback asks for.
import { useState } from "preact/hooks";
import { logIn } from "./api";

export function Login({ onDone }: { onDone: () => void }) {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    logIn(token.trim()).then(onDone, (failure: Error) => setError(failure.message));
  };
  return (
    <main>
      <form class="card login" onSubmit={submit}>
        <h2>This server asks for a token</h2>
        <p class="muted">
          Its first start shows one; <code>quarry token create NAME</code> on its machine makes more. A token of scope read can look at everything.
        </p>
        <label>
          Token
          <input type="password" autocomplete="current-password" value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        </label>
        <button type="submit" disabled={!token.trim()}>
          Log in
        </button>
        {error && (
          <p class="notice error" role="alert">
            {error}
          </p>
        )}
      </form>
    </main>
  );
}
