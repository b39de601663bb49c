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
 * @property {number} k how many papers are shown
 */

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
  k: PAGE,
});

export const NO_FILTER = Object.freeze({ since: "", until: "", venue: [], author: [], category: [] });

/** What an address asks for; what it says wrongly is left out. @param {string} search @returns {State} */
export function fromAddress(search) {
  const params = new URLSearchParams(search);
  const one = (/** @type {string} */ name) => (params.get(name) ?? "").trim();
  const several = (/** @type {string} */ name) => [...new Set(params.getAll(name).filter((each) => each.trim()))];
  const year = (/** @type {string} */ name) => (/^\d{4}$/.test(one(name)) ? one(name) : "");
  const k = Number(one("k"));
  const like = several("like");
  return Object.freeze({
    q: one("text") ? "" : one("q"),
    text: one("text"),
    like,
    unlike: several("unlike").filter((id) => !like.includes(id)),
    since: year("since"),
    until: year("until"),
    venue: several("venue"),
    author: several("author"),
    category: several("category"),
    k: Number.isInteger(k) && k > PAGE ? Math.min(k, MOST) : PAGE,
  });
}

/** The question mark and what follows it, or nothing. @param {State} state */
export function toAddress(state) {
  const params = askedBy(state);
  for (const [name, value] of filtersOf(state)) params.append(name, value);
  if (state.k !== PAGE) params.set("k", String(state.k));
  const said = params.toString();
  return said ? `?${said}` : "";
}

/** What is asked, without filters. @param {State} state */
export function askedBy(state) {
  const params = new URLSearchParams();
  if (state.text.trim()) params.set("text", state.text.trim());
  else if (state.q.trim()) params.set("q", state.q.trim());
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

/** @param {State} state */
export function countFilters(state) {
  return (state.since || state.until ? 1 : 0) + LISTS.reduce((sum, name) => sum + state[name].length, 0);
}

/** list with value, or without it if it is there. @param {readonly string[]} list @param {string} value */
export function toggled(list, value) {
  return list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
}
