// @ts-check
// The page: one state, which the address tells; whatever is done changes it, and what is shown follows.
import { Problem, examples, info, search } from "./api.js";
import { searchBox } from "./box.js";
import { counting } from "./counts.js";
import { byId, h } from "./dom.js";
import { filterPanel } from "./facets.js";
import { keepingPlace } from "./focus.js";
import { hideHome, showHome } from "./home.js";
import { listen } from "./keyboard.js";
import { said } from "./order.js";
import { resultList } from "./results.js";
import { EMPTY, MOST, PAGE, asks, countFilters, fromAddress, toAddress, tooLong } from "./state.js";
import { entitled, showSteering } from "./steering.js";
import { noTrouble, notes, sentence, showProblem, unmeasured } from "./trouble.js";
import { PATIENCE_MS, say, waiting } from "./waiting.js";

/** @typedef {import("./state.js").State} State */

const SETTLED_MS = 2000;
const FIRST_WAIT_MS = 1000; // before an answer that failed is asked for again; then twice as long, up to
const LONGEST_WAIT_MS = 15000;

let state = fromAddress(location);
let typing = false;
let asking = new AbortController();
let run = "";
let reading = false;
let [settling, again, waited] = [0, 0, 0];
const counts = counting();
const slow = waiting(() => {
  results.dim();
  tell("Searching…");
});

const box = searchBox(
  (asked) => typed(asked),
  (asked) => {
    typed(asked);
    typing = false;
  },
  () => {
    reading = true;
    if (!byId("results").hasAttribute("aria-busy")) read();
  },
);
const results = resultList((change) => go(change), () => state);
const panel = filterPanel((change, how) => go(change, how), () => state);

/** Words of the box: the first of a question are a new place to come back to, the next change it. @param {import("./box.js").Asked} asked */
function typed({ q, text }) {
  if (q.trim() === state.q && text.trim() === state.text) return;
  go({ q: q.trim(), text: text.trim() }, { replace: typing });
  typing = true;
}

/**
 * Change what is asked, as a new place to come back to, or as the present one.
 * @param {Partial<State>} change @param {{replace?: boolean, run?: string}} [how] run: what is one place if repeated
 */
function go(change, { replace = false, run: kind = "" } = {}) {
  typing = false;
  clearTimeout(settling);
  replace ||= kind !== "" && kind === run;
  run = kind;
  state = Object.freeze({ ...state, k: PAGE, ...change });
  const address = location.pathname + toAddress(state);
  history[replace ? "replaceState" : "pushState"](null, "", address);
  show();
}

/** Show what the state says. */
function show() {
  keepingPlace(
    () => {
      box.show(state);
      showSteering(state, go, entitle);
      results.steer();
      panel.draw();
    },
    () => (asks(state) ? byId("results").focus({ preventScroll: true }) : box.focus()),
  );
  entitle();
  ask();
}

function entitle() {
  document.title = entitled(state);
}

/** Ask for the answer; the one that was asked for before is not waited for any more. */
async function ask() {
  asking.abort();
  clearTimeout(again);
  asking = new AbortController();
  const { signal } = asking;
  try {
    if (tooLong(state).length) return void (await ways(signal))?.showTooMany(state, results.dim(), go);
    if (!waited) slow.begin();
    await (asks(state) ? answer(state, signal) : home(signal));
    waited = 0;
  } catch (error) {
    if (!signal.aborted) fail(error);
  } finally {
    if (!signal.aborted) answered();
  }
}

function answered() {
  slow.end();
  byId("results").removeAttribute("aria-busy");
}

/** The ways out of a search without papers, if they are still to be shown. @param {AbortSignal} signal */
async function ways(signal) {
  const found = await import("./ways.js");
  return signal.aborted ? null : found;
}

/** The papers are shown as soon as they are there, and how many there are when that is counted. @param {State} asked @param {AbortSignal} signal */
async function answer(asked, signal) {
  byId("results").setAttribute("aria-busy", "true");
  let counting = count(asked, signal);
  const [found] = await Promise.all([search(asked, { k: asked.k, signal }), results.ready()]);
  if (signal.aborted) return;
  if (counts.answeredBy(found.index.generation)) counting = count(asked, signal);
  if (found.hits.length) noTrouble();
  else (await ways(signal))?.showNothing(asked, go);
  if (signal.aborted) return;
  hideHome();
  answered();
  const full = found.hits.length === asked.k;
  results.show(found.hits, full && asked.k < MOST, unmeasured(found.standing_reason));
  settle();
  if (reading) read();
  const told = (/** @type {number} */ papers) =>
    tell(said(found.hits.length, full && papers > asked.k ? papers : 0, asked.sort), found.standing?.verdict, found.hits.length ? notes(found.notes) : []);
  const uncounted = setTimeout(() => signal.aborted || told(0), PATIENCE_MS);
  const there = await counting;
  clearTimeout(uncounted);
  if (signal.aborted) return;
  told(there?.papers ?? 0);
  if (!there) panel.lack(show);
}

/** What there is to filter by, shown as soon as it is known; null where it cannot be. @param {State} asked @param {AbortSignal} signal */
async function count(asked, signal) {
  const there = await counts.of(asked).catch(() => null);
  if (there && !signal.aborted) panel.show(there);
  return there;
}

/** What has been read for a while is a place to come back to. */
function settle() {
  clearTimeout(settling);
  if (typing) settling = window.setTimeout(() => (typing = false), SETTLED_MS);
}

/** Go from the box to the papers, when one has finished asking: j and k are at hand there. */
function read() {
  reading = false;
  if (box.has(document.activeElement)) byId("results").focus({ preventScroll: true });
}

/** Say how many papers there are, and first that none stands out, if so; in one line, which moves nothing. @param {string} text @param {string} [verdict] @param {string[]} [notes] */
function tell(text, verdict = "", notes = []) {
  const place = byId("status");
  const first = verdict ? `${sentence(verdict)} ` : "";
  const rest = [text, ...notes].join(". ");
  say(first + rest);
  if (place.textContent !== first + rest) place.replaceChildren(...(first ? [h("strong", {}, first)] : []), rest);
}

/** @param {AbortSignal} signal */
async function home(signal) {
  const [about, begin, here] = await Promise.all([info(), examples(), count(state, signal)]);
  if (signal.aborted) return;
  counts.answeredBy(about.generation);
  noTrouble(byId("q"));
  results.clear();
  tell("");
  if (!here) panel.lack(show);
  const filtered = countFilters(state) > 0;
  const years = filtered || !here ? [] : here.years;
  showHome({ info: about, years, examples: begin, steered: state.unlike.length > 0 }, filtered && here ? here.papers : null, go);
}

/** Say what is wrong; what was read stays there, dimmed. What may pass by itself is asked again by and by. @param {unknown} error */
function fail(error) {
  const told = error instanceof Problem ? error : new Problem(-1, "Something in this page failed.", "Load it again.");
  hideHome();
  tell("");
  showProblem(told, results.dim(), retry, () => go(EMPTY));
  if (told.status === 0 || told.status >= 500) {
    waited = Math.min(2 * waited || FIRST_WAIT_MS, LONGEST_WAIT_MS);
    again = window.setTimeout(ask, waited);
  }
  if (told.status < 0) throw error;
}

/** Ask again because one is told to, which shows that it is waited for. */
function retry() {
  waited = 0;
  show();
}

window.addEventListener("popstate", () => {
  typing = false;
  run = "";
  state = fromAddress(location);
  show();
});
window.addEventListener("online", () => waited && ask());
byId("results").addEventListener("pointerdown", () => (typing = false));
byId("start").addEventListener("click", (/** @type {MouseEvent} */ event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(EMPTY);
  box.focus();
});
for (const skip of document.querySelectorAll(".skip")) {
  skip.addEventListener("click", (event) => {
    event.preventDefault(); // what stands behind the # is a text
    byId("results").focus();
  });
}
listen({ focusBox: box.focus, does: results.does });

const early = box.now();
if (early.q.trim() && early.q.trim() !== state.q) {
  typed(early);
} else {
  if (asks(state) && document.activeElement instanceof HTMLElement) document.activeElement.blur(); // j and k are at hand
  show();
}
byId("unready").remove();
