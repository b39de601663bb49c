// @ts-check
// Ways out of a search that has no answer, fetched when there is one.
import { h } from "./dom.js";
import { NAMES, NO_FILTER, countFilters, tooLong } from "./state.js";
import { BEFORE, coded, put } from "./trouble.js";

/** @typedef {import("./state.js").State} State */

/** @param {State} state @param {boolean} before @param {(change: Partial<State>) => void} go */
export function showTooMany(state, before, go) {
  const names = { like: "liked papers", unlike: "unliked papers", venue: "venues", author: "authors", category: "categories" };
  const long = tooLong(state);
  const button = (/** @type {keyof typeof names} */ name) =>
    h("button", { type: "button", class: "plain", onclick: () => go({ [name]: [] }) }, `Remove all ${names[name]}`);
  const said = long.map((name) => `${state[name].length} ${names[name]} are chosen, and at most ${NAMES} can be.`);
  put([
    h(
      "div",
      { class: before ? "note small-note" : "note", role: "alert" },
      h("h2", {}, "Too many at once"),
      h("p", {}, said.join(" ")),
      before ? h("p", {}, BEFORE) : null,
      h("p", { class: "ways" }, ...long.map(button)),
    ),
  ]);
}

/** @param {State} state @param {(change: Partial<State>) => void} go */
export function showNothing(state, go) {
  const filtered = countFilters(state) > 0;
  const years = state.since || state.until;
  put([
    h(
      "div",
      { class: "note" },
      h("h2", {}, filtered ? "No paper passes these filters" : "Nothing was found"),
      h("p", {}, filtered ? "With fewer of them there may be some." : "The index may be empty: ", ...(filtered ? [] : coded("`semsearch info` tells."))),
      h(
        "p",
        { class: "ways" },
        years && countFilters(state) > 1
          ? h("button", { type: "button", class: "plain", onclick: () => go({ since: "", until: "" }) }, "All years")
          : null,
        filtered
          ? h("button", { type: "button", class: "plain", onclick: () => go(NO_FILTER) }, "Remove all filters")
          : null,
      ),
    ),
  ]);
}
