// @ts-check
// What is wrong, in words, and the way out.
import { byId, counted, h } from "./dom.js";

/** What else should be known of an answer, in the words of a page: not those of the command line. @param {string[]} told */
export function notes(told) {
  return told.filter((note) => !note.startsWith("left out, not in the index")).map((note) => {
    const undated = /^([\d,]+) papers? ha\S* no year/.exec(note);
    if (undated) return `${counted(Number(undated[1].replaceAll(",", "")), "paper")} without a year ${undated[1] === "1" ? "is" : "are"} left out`;
    if (note.startsWith("left out, as versions")) return "Further versions of what is liked are left out";
    return sentence(note).slice(0, -1);
  });
}

/** Why no word says how good a match is. @param {string} reason */
export function unmeasured(reason) {
  if (!reason) return "";
  if (reason.startsWith("papers were given")) return "How good a match is can be told for questions alone, not where papers or a text say what to look for.";
  const few = /^([\d,]+) papers?, and it takes ([\d,]+)/.exec(reason);
  return few ? `How good a match is can be told from ${few[2]} papers on. This index has ${few[1]}.` : `How good a match is cannot be told: ${sentence(reason)}`;
}

/** With a capital and a full stop. @param {string} text */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

/** @param {HTMLElement} [next] what is focused if the note that goes has the focus */
export function noTrouble(next = byId("results")) {
  put([], next);
}

/** Show these notes alone. @param {Node[]} notes @param {HTMLElement} [next] */
export function put(notes, next = byId("results")) {
  const place = byId("trouble");
  const held = place.contains(document.activeElement);
  place.replaceChildren(...notes);
  if (held) (place.querySelector("button") ?? next).focus({ preventScroll: true });
}

export const BEFORE = "Below is the answer to what was asked before.";

/**
 * @param {import("./api.js").Problem} problem @param {boolean} before whether an answer to what was asked before is shown
 * @param {() => void} retry @param {() => void} restart
 */
export function showProblem(problem, before, retry, restart) {
  const titles = { 0: "The server is out of reach", 503: "The index cannot be asked just now", 504: "The server does not answer", [-1]: "This page is in trouble" };
  const title = titles[/** @type {0} */ (problem.status)] ?? "This cannot be answered";
  const passing = problem.status === 0 || problem.status >= 500;
  const foreign = !passing && (problem.status === 422 || /--|`|openapi|semsearch /.test(problem.message + problem.hint));
  const told = [problem.message, problem.hint].filter(Boolean).map(sentence).join(" ");
  const said = foreign ? "The search that this address asks for is none that can be made." : told;
  const now = h("button", { type: "button", class: "word", onclick: retry }, "Try again now");
  const note = h(
    "div",
    { class: before ? "note small-note" : "note", role: "alert" },
    h("h2", {}, title),
    h("p", {}, ...coded(said)),
    h("p", {}, before ? `${BEFORE} ` : "", ...(passing ? ["It is tried again by itself. ", now] : [])),
    passing ? null : h("button", { type: "button", class: "plain", onclick: restart }, "Begin anew"),
  );
  if (byId("trouble").textContent !== note.textContent) put([note]); // not to be read out again and again
}

/** Text with `code` in it as nodes. @param {string} text */
export function coded(text) {
  return text.split(/`([^`]+)`/).map((part, place) => (place % 2 ? h("code", {}, part) : part));
}
