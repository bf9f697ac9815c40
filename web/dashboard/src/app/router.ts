// The address behind the hash: a path and a query, so that every view and every filter of it can be linked to and comes back with the Back button.
import { useEffect, useState } from "preact/hooks";

export interface Route {
  path: string[]; // decoded segments: #/studies/st_1/trials/3 -> ["studies", "st_1", "trials", "3"]
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decodeSegment), query: new URLSearchParams(query) };
}

// A user may type anything after the hash.
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

type Query = Record<string, string | number | null | undefined>;

function withQuery(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** link(["studies", id], {tab: "genes"}) -> "#/studies/ID?tab=genes"; empty values are left out. */
export function link(path: (string | number)[], query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== "") given.set(name, String(value));
  return withQuery(`#/${path.map((segment) => encodeURIComponent(String(segment))).join("/")}`, given);
}

export function go(hash: string): void {
  location.hash = hash;
}

/** Changes some of the query in place: a filter is part of the address, but not a step to go back to. */
export function changeQuery(changes: Query): void {
  const [path = "#/"] = (location.hash || "#/").split("?", 1);
  const query = parseRoute(location.hash).query;
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  history.replaceState(history.state, "", withQuery(path, query));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const listener = () => setHash(location.hash);
    window.addEventListener("hashchange", listener);
    return () => window.removeEventListener("hashchange", listener);
  }, []);
  return parseRoute(hash);
}

/** One value of the query and how to change it; the default is not written into the address. */
export function useQuery(name: string, byDefault = ""): [string, (value: string) => void] {
  const value = useRoute().query.get(name) ?? byDefault;
  return [value, (changed) => changeQuery({ [name]: changed === byDefault ? null : changed })];
}
