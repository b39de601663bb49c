// @ts-check
// What is asked of the server, and the errors that come back. Addresses are relative: the page may lie under a path.
import { AMONG, QUESTION, askedBy, filtersOf } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** What the server says is wrong, or that it says nothing (status 0). */
export class Problem extends Error {
  /** @param {number} status @param {string} detail @param {string} [hint] */
  constructor(status, detail, hint = "") {
    super(detail);
    this.status = status;
    this.hint = hint;
  }
}

/** How many values of each kind there are to filter by. */
export const VALUES = 20;
const PATIENCE_S = 15;

/** How every answer is asked for: one of the versions of a paper, and without papers that the index has not. */
const ALWAYS = { fold: true, lenient: true };

/** The first k hits for a state. @param {State} state @param {{k: number, signal?: AbortSignal}} options */
export function search(state, { k, signal }) {
  if (state.text) return similarToText(state, k, signal);
  return get(state.q.trim() ? "api/search" : "api/similar", paramsOf(state, { k }), signal);
}

/** @param {State} state @param {Record<string, unknown>} more */
function paramsOf(state, more) {
  const params = new URLSearchParams([...askedBy(state), ...filtersOf(state)]);
  if (!state.q.trim()) {
    for (const id of state.like) params.append("id", id);
    params.delete("like");
  }
  const asked = { ...ALWAYS, ...sortOf(state), ...more };
  for (const [name, value] of Object.entries(asked)) params.set(name, String(value));
  return params;
}

/** @param {State} state */
function sortOf({ sort }) {
  return sort && { sort, among: AMONG };
}

/** @param {State} state @param {number} k @param {AbortSignal} [signal] */
function similarToText(state, k, signal) {
  const { text, like, unlike, since, until, venue, author, category } = state;
  const body = { text, id: like, unlike, k, venue, author, category, ...ALWAYS, ...sortOf(state) };
  if (since) Object.assign(body, { since });
  if (until) Object.assign(body, { until });
  return ask("api/similar", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

/**
 * The sentence of an abstract that answers or, where nothing is asked in words, that is nearest to what is liked.
 * @param {State} state @param {string} id @param {number} rank of the paper in the answer
 */
export async function why(state, id, rank) {
  const question = (state.text || state.q).trim().slice(0, QUESTION);
  if (!question) {
    const [hit] = (await get("api/similar", paramsOf(state, { k: 1, offset: rank - 1, why: true }))).hits;
    return hit?.id === id ? hit.why : null;
  }
  const answer = await get("api/why", new URLSearchParams({ q: question, id }));
  return answer.why;
}

/**
 * How many papers there are for each filter, beside the filters of a state. find: only values with these words.
 * @param {State} state @param {{find?: string, limit?: number}} [options]
 */
export function facets(state, { find = "", limit = VALUES } = {}) {
  const params = filtersOf(state);
  if (find) params.set("find", find);
  params.set("limit", String(limit));
  return get("api/facets", params);
}

/** @param {string} id */
export function paper(id) {
  return get(`api/papers/${encodeURIComponent(id)}`, new URLSearchParams());
}

export function info() {
  return get("api/info", new URLSearchParams());
}

/** Questions to begin with. @returns {Promise<string[]>} */
export async function examples() {
  return (await get("api/examples", new URLSearchParams())).examples;
}

/** How many papers an address may name. */
export const AT_ONCE = 200;

/** Where papers lie as a file. @param {string[]} ids @param {string} format */
export function fileOf(ids, format) {
  const params = new URLSearchParams(ids.map((id) => ["id", id]));
  params.set("format", format);
  return `api/export?${params}`;
}

/** @param {string} path @param {URLSearchParams} params @param {AbortSignal} [signal] */
function get(path, params, signal) {
  const query = params.toString();
  return ask(query ? `${path}?${query}` : path, { signal });
}

/** @param {string} address @param {RequestInit} options @returns {Promise<any>} */
async function ask(address, { signal, ...options }) {
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, PATIENCE_S * 1000);
  signal?.addEventListener("abort", stop);
  try {
    return await fetched(address, { ...options, signal: limit.signal });
  } catch (error) {
    signal?.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    throw new Problem(504, `Nothing came from it within ${PATIENCE_S} seconds.`, "It may have much to do, or have been halted.");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** @param {string} address @param {RequestInit} options @returns {Promise<any>} */
async function fetched(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Problem(0, "The server does not answer.", "It may have been stopped. `semsearch serve` starts it.");
  }
  const told = await response.json().catch(() => null);
  options.signal?.throwIfAborted();
  if (response.ok && told) return told;
  if (response.ok) throw new Problem(0, "What came back is no answer of semsearch.", "Something in between may want you to sign in: load the page again.");
  throw new Problem(response.status, told?.detail ?? `The server answered ${response.status}.`, told?.hint);
}
