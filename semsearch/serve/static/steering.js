// @ts-check
// What steers the search: the papers that one likes and does not like, as chips that can be taken away.
import { Problem, paper } from "./api.js";
import { apart, byId, h } from "./dom.js";

/** @typedef {import("./state.js").State} State */

const TITLE = 60; // characters of a pasted text

const titles = new Map();

/** A title that is known already, so that it need not be asked for. @param {string} id @param {string} title */
export function remember(id, title) {
  titles.set(id, title || id);
}

/** The title of a paper that was on no page yet, or that there is none. @param {string} id @returns {Promise<string>} */
async function look(id) {
  try {
    remember(id, (await paper(id)).title);
  } catch (error) {
    return error instanceof Problem && error.status === 404 ? `${id} (not in this index, left out)` : id;
  }
  return titles.get(id);
}

/** What a search is called, in tabs and in the history. @param {State} state */
export function entitled({ q, text, like }) {
  const others = like.length > 1 ? ` and ${like.length - 1} more` : "";
  const alike = text ? shortened(text) : like.length ? (titles.get(like[0]) ?? like[0]) + others : "";
  return [q || (alike && `Like: ${alike}`), "semsearch"].filter(Boolean).join(" · ");
}

/** The first words of a text. @param {string} text */
function shortened(text) {
  const line = text.slice(0, 4 * TITLE).replace(/\s+/g, " ");
  return line.length > TITLE ? `${line.slice(0, line.lastIndexOf(" ", TITLE) + 1 || TITLE).trim()} …` : line;
}

/** @param {State} state @param {(change: Partial<State>) => void} go @param {() => void} named called when a title is known that was not */
export function showSteering(state, go, named) {
  const chips = [
    ...state.like.map((id) => chip(id, "like", () => go({ like: state.like.filter((each) => each !== id) }), named)),
    ...state.unlike.map((id) => chip(id, "unlike", () => go({ unlike: state.unlike.filter((each) => each !== id) }), named)),
  ];
  const place = byId("steering");
  if (!chips.length) return place.replaceChildren();
  place.replaceChildren(h("ul", { class: "chips", role: "list", "aria-label": "What steers the search" }, ...chips));
}

/** @param {string} id @param {"like" | "unlike"} kind @param {() => void} remove @param {() => void} named */
function chip(id, kind, remove, named) {
  const said = kind === "like" ? "Like" : "Unlike";
  const title = h("span", { class: "chip-title", dir: "auto" });
  const button = h("button", { type: "button", class: "chip-remove", onclick: remove }, "×");
  const name = (/** @type {string} */ text) => {
    title.replaceChildren(apart(text));
    title.title = text;
    button.setAttribute("aria-label", `Remove: ${said} ${text}`);
  };
  name(titles.get(id) ?? id);
  if (!titles.has(id)) look(id).then(name).then(named);
  return h("li", { class: `chip ${kind}` }, h("span", { class: "chip-kind" }, said), title, button);
}
