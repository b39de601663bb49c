// @ts-check
// The page: one state, which the address tells; whatever is done changes it, and what is shown follows.
import { Problem, examples, facets, info, search } from "./api.js";
import { searchBox } from "./box.js";
import { byId, grouped } from "./dom.js";
import { filterPanel } from "./facets.js";
import { hideHome, showHome } from "./home.js";
import { listen } from "./keyboard.js";
import { resultList } from "./results.js";
import { EMPTY, PAGE, asks, countFilters, filtersOf, fromAddress, toAddress } from "./state.js";
import { showSteering } from "./steering.js";
import { noTrouble, showNothing, showProblem } from "./trouble.js";

/** @typedef {import("./state.js").State} State */

let state = fromAddress(location.search);
let typing = false;
let asking = new AbortController();
/** @type {string | null} */ let counted = null;
/** @type {any} */ let counts = null;

const box = searchBox(
  (asked) => typed(asked),
  (asked) => {
    typed(asked);
    typing = false;
  },
);
const results = resultList((change) => go(change), () => state);
const panel = filterPanel((change) => go(change));

/** Words of the box: the first of a question are a new place to come back to, the next change it. @param {import("./box.js").Asked} asked */
function typed({ q, text }) {
  if (q.trim() === state.q && text.trim() === state.text) return;
  go({ q: q.trim(), text: text.trim() }, { replace: typing });
  typing = true;
}

/** @param {Partial<State>} change @param {{replace?: boolean}} [options] */
function go(change, { replace = false } = {}) {
  typing = false;
  state = Object.freeze({ ...state, k: PAGE, ...change });
  const address = toAddress(state) || location.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  show();
}

/** Show what the state says. */
function show() {
  document.title = state.q ? `${state.q} · semsearch` : "semsearch";
  box.show(state);
  showSteering(state, go);
  results.refresh();
  ask();
  count();
}

/** Ask for the answer; the one that was asked for before is not waited for any more. */
async function ask() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const asked = state;
  try {
    if (asks(asked)) await answer(asked, signal);
    else await home(signal);
  } catch (error) {
    if (signal.aborted) return;
    fail(error);
  } finally {
    if (!signal.aborted) byId("results").removeAttribute("aria-busy");
  }
}

/** @param {State} asked @param {AbortSignal} signal */
async function answer(asked, signal) {
  byId("results").setAttribute("aria-busy", "true");
  const found = await search(asked, { k: asked.k, signal });
  if (signal.aborted) return;
  hideHome();
  noTrouble();
  const filtered = countFilters(asked) > 0;
  const most = found.found ?? found.index.papers;
  results.show(found.hits, most);
  status(found, filtered, most);
  if (!found.hits.length) showNothing(asked, go);
}

/** @param {any} found @param {boolean} filtered @param {number} most */
function status(found, filtered, most) {
  const shown = found.hits.length;
  const whole = grouped(filtered && found.found === undefined ? shown : most);
  tell([shown ? `${grouped(shown)} nearest of ${whole} papers` : "No papers", ...found.notes].join(". "));
}

/** @param {string} text */
function tell(text) {
  const place = byId("status");
  if (place.textContent !== text) place.textContent = text;
}

/** @param {AbortSignal} signal */
async function home(signal) {
  const [known, all, begin] = await Promise.all([info(), facets(EMPTY, signal), examples()]);
  if (signal.aborted) return;
  noTrouble();
  results.clear();
  tell("");
  showHome({ info: known, years: all.years, examples: begin }, countFilters(state) > 0, go);
}

/** @param {unknown} error */
function fail(error) {
  if (!(error instanceof Problem)) throw error;
  hideHome();
  results.clear();
  tell("");
  showProblem(error, () => show());
}

/** Count what can be filtered by; only filters change it. */
async function count() {
  const filters = filtersOf(state).toString();
  if (filters === counted && counts) return panel.show(counts, state);
  counted = filters;
  const found = await facets(state).catch(() => null);
  if (!found || filters !== filtersOf(state).toString()) return;
  counts = found;
  panel.show(counts, state);
}

window.addEventListener("popstate", () => {
  typing = false;
  state = fromAddress(location.search);
  show();
});
byId("start").addEventListener("click", (/** @type {MouseEvent} */ event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(EMPTY);
  box.focus();
});
listen({ focusBox: box.focus, does: results.does });

const early = box.now();
if (early.q.trim() && early.q.trim() !== state.q) typed(early);
else show();
