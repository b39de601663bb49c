// @ts-check
// In which order the papers stand: the best first, unless another order of the best is chosen.
import { byId, counted, grouped, h } from "./dom.js";
import { AMONG, SORTS } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** @type {Readonly<Record<string, string>>} */
const WORDS = { "": "best", date: "newest", oldest: "oldest", citations: "most cited", comments: "most commented" };

/** Offer the orders that the papers can stand in. @param {any[]} hits @param {string} sort @param {(change: Partial<State>) => void} go */
export function showOrder(hits, sort, go) {
  const place = byId("order");
  place.parentElement.hidden = !hits.length;
  const known = (/** @type {string} */ each) => each === sort || hits.some(({ paper }) => paper[each === "oldest" ? "date" : each] !== null);
  const options = ["", ...SORTS.filter(known)].map((value) => h("option", { value }, first(value)));
  if (place.textContent !== options.map((each) => each.textContent).join("")) place.replaceChildren(...options); // it may be open
  place.value = sort;
  place.onchange = () => go({ sort: place.value });
}

/** @param {string} sort */
function first(sort) {
  const words = WORDS[sort];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} first`;
}

/** Which papers are shown. @param {number} shown @param {number} papers how many they are the first of, 0 if they are all @param {string} sort */
export function said(shown, papers, sort) {
  if (!shown) return "No papers";
  const words = sort ? WORDS[sort] : "nearest";
  if (sort && shown > AMONG) return `The best ${AMONG} papers, ${words} first, and the next ${grouped(shown - AMONG)}`;
  if (sort && papers > AMONG) return shown < AMONG ? `${shown} ${words} of the best ${AMONG} papers` : `The best ${AMONG} papers, ${words} first`;
  return papers ? `${grouped(shown)} ${words} of ${counted(papers, "paper")}` : `${counted(shown, "paper")}, ${words} first`;
}
