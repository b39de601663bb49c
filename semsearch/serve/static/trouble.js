// @ts-check
// What is wrong, in words, and the way out.
import { byId, h } from "./dom.js";
import { NO_FILTER, countFilters } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** What else should be known of an answer, above it. @param {any} found */
export function showNotes(found) {
  const lines = found.notes.map((/** @type {string} */ note) => h("p", {}, ...coded(sentence(note))));
  byId("trouble").replaceChildren(...(lines.length ? [h("div", { class: "notes" }, ...lines)] : []));
}

/** With a capital and a full stop. @param {string} text */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

export function noTrouble() {
  byId("trouble").replaceChildren();
}

/** @param {import("./api.js").Problem} problem @param {() => void} retry */
export function showProblem(problem, retry) {
  const titles = { 0: "The server is out of reach", 503: "The index cannot be asked just now" };
  const title = titles[/** @type {0} */ (problem.status)] ?? "This cannot be answered";
  const again = problem.status === 0 || problem.status >= 500;
  byId("trouble").replaceChildren(
    h(
      "div",
      { class: "note", role: "alert" },
      h("h2", {}, title),
      h("p", {}, ...coded(sentence(problem.message))),
      problem.hint ? h("p", {}, ...coded(sentence(problem.hint))) : null,
      again ? h("button", { type: "button", class: "plain", onclick: retry }, "Try again") : null,
    ),
  );
}

/** @param {State} state @param {(change: Partial<State>) => void} go */
export function showNothing(state, go) {
  const filtered = countFilters(state) > 0;
  const years = state.since || state.until;
  byId("trouble").replaceChildren(
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
  );
}

/** Text with `code` in it as nodes. @param {string} text */
function coded(text) {
  return text.split(/`([^`]+)`/).map((part, place) => (place % 2 ? h("code", {}, part) : part));
}
