// Who the browser is to the server: nobody yet, a reader, or one who may change things. One value for all pages.
import { useEffect, useState } from "preact/hooks";
import { get, onTokenNeeded, post, remove } from "./api";

export interface Session {
  needsToken: boolean;
  /** Whether this server asks for tokens at all; one on loopback does not. */
  guarded: boolean;
  name: string; // of the token
  scope: "read" | "worker" | "admin";
  logins: number; // a page that was refused starts anew when this grows
}

let session: Session = { needsToken: false, guarded: false, name: "", scope: "admin", logins: 0 };
const listeners = new Set<(session: Session) => void>();

function change(changed: Partial<Session>): void {
  session = { ...session, ...changed };
  for (const listener of listeners) listener(session);
}

async function recognise(): Promise<void> {
  const { guarded, name, scope } = await get<Pick<Session, "guarded" | "name" | "scope">>("/v1/session");
  change({ needsToken: false, guarded, name, scope });
}

onTokenNeeded(() => session.needsToken || change({ needsToken: true }));
// Where the server is silent, the page that is shown says so.
recognise().catch(() => {});

/** Trades a token for a cookie, which the event streams carry too. */
export async function logIn(token: string): Promise<void> {
  await post("/v1/session", { token });
  await recognise();
  change({ logins: session.logins + 1 });
}

export async function logOut(): Promise<void> {
  await remove("/v1/session");
  change({ needsToken: true, name: "" });
}

export function useSession(): Session {
  const [seen, setSeen] = useState(session);
  useEffect(() => {
    listeners.add(setSeen);
    setSeen(session);
    return () => void listeners.delete(setSeen);
  }, []);
  return seen;
}

/** Whether buttons that change something are shown. The server has the last word. */
export function useMayChange(): boolean {
  return useSession().scope === "admin";
}
