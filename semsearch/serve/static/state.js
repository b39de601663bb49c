// @ts-check
// The whole search as one frozen value, and the address that says the same.

/**
 * @typedef {object} State
 * @property {string} q the question
 * @property {string} text an abstract or a draft, to find what is like it; there is a question or a text
 * @property {readonly string[]} like ids
 * @property {readonly string[]} unlike ids
 * @property {string} since a year
 * @property {string} until a year
 * @property {readonly string[]} venue
 * @property {readonly string[]} author
 * @property {readonly string[]} category
 * @property {string} sort one of SORTS, empty for the best first
 * @property {number} k how many papers are shown
 */

export const SORTS = /** @type {const} */ (["date", "oldest", "citations", "comments"]);
/** How many of the best are sorted: two pages, as in a small index more of them would have little to do with what is asked. */
export const AMONG = 40;

/** The longest question, the longest text, and the most names of one kind that the server takes. */
export const QUESTION = 2000;
export const TEXT = 20000;
export const NAMES = 50;

export const PAGE = 20;
export const MOST = 200;
export const LISTS = /** @type {const} */ (["venue", "author", "category"]);

/** @type {State} */
export const EMPTY = Object.freeze({
  q: "",
  text: "",
  like: Object.freeze([]),
  unlike: Object.freeze([]),
  since: "",
  until: "",
  venue: Object.freeze([]),
  author: Object.freeze([]),
  category: Object.freeze([]),
  sort: "",
  k: PAGE,
});

export const NO_FILTER = Object.freeze({ since: "", until: "", venue: [], author: [], category: [] });

/**
 * What an address asks for; what it says wrongly is left out. A text is behind the #, which no server is told and no log
 * keeps: it may be a draft, and longer than servers take.
 * @param {{search: string, hash: string}} address
 * @returns {State}
 */
export function fromAddress({ search, hash }) {
  const params = new URLSearchParams(search);
  const text = cut((new URLSearchParams(hash.slice(1)).get("text") ?? "").trim(), TEXT);
  const one = (/** @type {string} */ name) => (params.get(name) ?? "").trim();
  const several = (/** @type {string} */ name) => [...new Set(params.getAll(name).filter((each) => each.trim()))];
  const year = (/** @type {string} */ name) => (/^\d{4}$/.test(one(name)) ? one(name) : "");
  const k = Number(one("k"));
  const like = several("like");
  const [since, until] = [year("since"), year("until")];
  const swapped = since && until && since > until;
  return Object.freeze({
    q: text ? "" : cut(one("q"), QUESTION),
    text,
    like,
    unlike: several("unlike").filter((id) => !like.includes(id)),
    since: swapped ? until : since,
    until: swapped ? since : until,
    venue: several("venue"),
    author: several("author"),
    category: several("category"),
    sort: SORTS.find((each) => each === one("sort")) ?? "",
    k: Number.isInteger(k) && k > PAGE ? Math.min(k, MOST) : PAGE,
  });
}

/** What an address has to say behind the path. @param {State} state */
export function toAddress(state) {
  const params = askedBy(state);
  for (const [name, value] of filtersOf(state)) params.append(name, value);
  if (state.sort) params.set("sort", state.sort);
  if (state.k !== PAGE) params.set("k", String(state.k));
  const said = params.toString();
  const text = state.text.trim();
  return (said ? `?${said}` : "") + (text ? `#${new URLSearchParams({ text })}` : "");
}

/** What is asked, without filters and a text. @param {State} state */
export function askedBy(state) {
  const params = new URLSearchParams();
  if (state.q.trim() && !state.text.trim()) params.set("q", state.q.trim());
  for (const name of /** @type {const} */ (["like", "unlike"])) {
    for (const id of state[name]) params.append(name, id);
  }
  return params;
}

/** @param {State} state */
export function filtersOf(state) {
  const params = new URLSearchParams();
  if (state.since) params.set("since", state.since);
  if (state.until) params.set("until", state.until);
  for (const name of LISTS) for (const value of state[name]) params.append(name, value);
  return params;
}

/** Whether there is something to search for. @param {State} state */
export function asks(state) {
  return Boolean(state.q.trim() || state.text.trim() || state.like.length);
}

/** The beginning of a text, no longer than limit and no character cut in two. @param {string} text @param {number} limit */
export function cut(text, limit) {
  return text.slice(0, limit).replace(/[\ud800-\udbff]$/, text.length > limit ? "" : "$&");
}

/** The lists with more names than the server takes. @param {State} state */
export function tooLong(state) {
  return /** @type {const} */ (["like", "unlike", ...LISTS]).filter((name) => state[name].length > NAMES);
}

/** @param {State} state */
export function countFilters(state) {
  return (state.since || state.until ? 1 : 0) + LISTS.reduce((sum, name) => sum + state[name].length, 0);
}

/** list with value, or without it if it is there. @param {readonly string[]} list @param {string} value */
export function toggled(list, value) {
  return list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
}
