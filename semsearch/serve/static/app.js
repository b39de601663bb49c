// @ts-check
// The page: one state, which the address tells; whatever is done changes it, and what is shown follows.
import { Problem, examples, info, search } from "./api.js";
import { searchBox } from "./box.js";
import { counting } from "./counts.js";
import { byId, counted, grouped, h } from "./dom.js";
import { filterPanel } from "./facets.js";
import { hideHome, showHome } from "./home.js";
import { listen } from "./keyboard.js";
import { resultList } from "./results.js";
import { EMPTY, MOST, PAGE, asks, countFilters, fromAddress, toAddress } from "./state.js";
import { showSteering } from "./steering.js";
import { noTrouble, sentence, showNotes, showNothing, showProblem } from "./trouble.js";

/** @typedef {import("./state.js").State} State */

let state = fromAddress(location);
let typing = false;
let asking = new AbortController();
const counts = counting();

const box = searchBox(
  (asked) => typed(asked),
  (asked) => {
    typed(asked);
    typing = false;
  },
);
const results = resultList((change) => go(change), () => state);
const panel = filterPanel((change) => go(change), () => state);

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
  const address = location.pathname + toAddress(state);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  show();
}

/** Show what the state says. */
function show() {
  document.title = state.q ? `${state.q} · semsearch` : "semsearch";
  box.show(state);
  showSteering(state, go);
  results.steer();
  panel.draw();
  ask();
}

/** Ask for the answer; the one that was asked for before is not waited for any more. */
async function ask() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    if (asks(state)) await answer(state, signal);
    else await home(signal);
  } catch (error) {
    if (!signal.aborted) fail(error);
  } finally {
    if (!signal.aborted) byId("results").removeAttribute("aria-busy");
  }
}

/** The papers are shown as soon as they are there, and how many there are when that is counted. @param {State} asked @param {AbortSignal} signal */
async function answer(asked, signal) {
  byId("results").setAttribute("aria-busy", "true");
  const counting = counts.of(asked);
  counting.then((there) => signal.aborted || panel.show(there), () => null); // of its failure is told below
  const found = await search(asked, { k: asked.k, signal });
  if (signal.aborted) return;
  counts.answeredBy(found.index.generation);
  hideHome();
  if (found.hits.length) showNotes(found);
  else showNothing(asked, go);
  const full = found.hits.length === asked.k;
  results.show(found.hits, full && asked.k < MOST);
  const there = await counting;
  if (signal.aborted) return;
  tell(said(found.hits.length, full && there.papers > asked.k ? there.papers : 0), found.standing?.verdict);
}

/** @param {number} shown @param {number} papers how many they are the nearest of, 0 if they are all */
function said(shown, papers) {
  if (!shown) return "No papers";
  return papers ? `${grouped(shown)} nearest of ${counted(papers, "paper")}` : `${counted(shown, "paper")}, nearest first`;
}

/** Say how many papers there are, and first that none stands out, if so; in one line, which moves nothing. @param {string} text @param {string} [verdict] */
function tell(text, verdict = "") {
  const place = byId("status");
  const first = verdict ? `${sentence(verdict)} ` : "";
  if (place.textContent !== first + text) place.replaceChildren(...(first ? [h("strong", {}, first)] : []), text);
}

/** @param {AbortSignal} signal */
async function home(signal) {
  const [about, begin, here] = await Promise.all([info(), examples(), counts.of(state)]);
  if (signal.aborted) return;
  noTrouble();
  results.clear();
  tell("");
  panel.show(here);
  const filtered = countFilters(state) > 0;
  showHome({ info: about, years: filtered ? [] : here.years, examples: begin }, filtered ? here.papers : null, go);
}

/** @param {unknown} error */
function fail(error) {
  if (!(error instanceof Problem)) throw error;
  hideHome();
  results.clear();
  tell("");
  showProblem(error, show);
}

window.addEventListener("popstate", () => {
  typing = false;
  state = fromAddress(location);
  show();
});
byId("start").addEventListener("click", (/** @type {MouseEvent} */ event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(EMPTY);
  box.focus();
});
byId("skip").addEventListener("click", (/** @type {Event} */ event) => {
  event.preventDefault(); // what stands behind the # is a text
  byId("results").focus();
});
listen({ focusBox: box.focus, does: results.does });

const early = box.now();
if (early.q.trim() && early.q.trim() !== state.q) {
  typed(early);
} else {
  if (asks(state) && document.activeElement instanceof HTMLElement) document.activeElement.blur(); // j and k are at hand
  show();
}
