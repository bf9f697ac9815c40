// The calls of the dashboard. A failed call throws an Error whose message can be shown as it is.
import type { FrontChoice, Problem, Study } from "./model";

export interface FieldError {
  pointer: string; // into the document that was sent
  detail: string;
}

/** The server's no: one sentence, and what is wrong with which field where it said so. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly errors: FieldError[] = [],
    readonly document: unknown = null, // the whole answer: some refusals say more
  ) {
    super(message);
  }
}

/** The server serves more than this machine, and this browser has not logged in. The frame shows the login by itself. */
class TokenNeeded extends Refused {}

/** No answer at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer. This page tries again by itself; is quarry serve still running?");
  }
}

let tokenNeeded = () => {};

/** Whom to tell when a call is refused for want of a token. */
export function onTokenNeeded(listener: () => void): void {
  tokenNeeded = listener;
}

async function call(method: string, path: string, body?: BodyInit, type?: string): Promise<Response> {
  const init: RequestInit = { method };
  if (body !== undefined) init.body = body;
  if (type) init.headers = { "Content-Type": type };
  const response = await fetch(path, init).catch(() => {
    throw new Unreachable();
  });
  if (response.ok) return response;
  const problem: Problem | null = await response.json().catch(() => null);
  const said = problem?.detail ?? `The server answered ${response.status}.`;
  if (response.status !== 401) throw new Refused(said, response.status, problem?.errors, problem);
  tokenNeeded();
  throw new TokenNeeded(said, 401);
}

async function document<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  return (response.status === 204 ? null : await response.json()) as T;
}

export function get<T>(path: string): Promise<T> {
  return document<T>(call("GET", path));
}

export function post<T>(path: string, body: unknown): Promise<T> {
  return document<T>(call("POST", path, JSON.stringify(body), "application/json"));
}

/** A body that is not JSON: a file that the user chose. */
export function postText<T>(path: string, body: string | Blob, type: string): Promise<T> {
  return document<T>(call("POST", path, body, type));
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return document<T>(call("PATCH", path, JSON.stringify(body), "application/json"));
}

export function remove(path: string): Promise<void> {
  return document<void>(call("DELETE", path));
}

/** All pages of a list. */
export async function getAll<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let token = "";
  do {
    const page: { items: T[]; next_page_token?: string | null } = await get(
      `${path}${path.includes("?") ? "&" : "?"}page_size=1000${token && `&page_token=${encodeURIComponent(token)}`}`,
    );
    items.push(...page.items);
    token = page.next_page_token ?? "";
  } while (token);
  return items;
}

export function studyPath(id: string, rest = ""): string {
  return `/v1/studies/${encodeURIComponent(id)}${rest}`;
}

export function getStudy(id: string): Promise<Study> {
  return get<Study>(studyPath(id));
}

export type Verb = "pause" | "resume" | "stop" | "cancel";

export function actOnStudy(id: string, verb: Verb): Promise<Study> {
  return post<Study>(studyPath(id, `:${verb}`), {});
}

/** Which member of the front to take; the question is GET .../front's: where, best, within, knee. */
export async function askFront(id: string, question: Record<string, string>): Promise<FrontChoice> {
  return (await get<{ choice: FrontChoice }>(studyPath(id, `/front?${new URLSearchParams(question)}`))).choice;
}
