// @ts-check
// The search box: a line for a question, which becomes a larger one for an abstract that is pasted.
import { byId, grouped } from "./dom.js";
import { QUESTION, TEXT, cut } from "./state.js";

const LONG = 280;
const WAIT_MS = 110;
const LONGEST_WAIT_MS = 400; // for those who type without a pause; Safari allows the address 100 changes in 30 s

/** @typedef {{q: string, text: string}} Asked */

/**
 * @param {(asked: Asked) => void} typed called while one types, when a little time has passed
 * @param {(asked: Asked) => void} entered called when one has finished
 * @param {() => void} read called when one asked for the answer, and will read it
 */
export function searchBox(typed, entered, read) {
  const form = byId("search");
  const line = byId("q");
  const area = byId("text");
  const paste = byId("paste");
  let timer = 0;
  let since = 0;
  let kept = ""; // the text that was left for a question

  const now = () => (area.hidden ? { q: cut(line.value, QUESTION), text: "" } : { q: "", text: cut(area.value.trim(), TEXT) });
  const count = () => {
    const length = area.hidden ? line.value.length : area.value.trim().length;
    const long = area.hidden ? length >= QUESTION : length > TEXT;
    const said = area.hidden
      ? `A question has at most ${grouped(QUESTION)} characters: the rest is cut`
      : `${grouped(length)} characters: the first ${grouped(TEXT)} are compared`;
    if (byId("count").textContent !== (long ? said : "")) byId("count").textContent = long ? said : "";
  };
  const stop = () => {
    clearTimeout(timer);
    since = 0;
  };
  const finish = () => {
    stop();
    count();
    entered(now());
  };
  const wait = () => {
    count();
    clearTimeout(timer);
    since ||= performance.now();
    const left = since + LONGEST_WAIT_MS - performance.now();
    timer = window.setTimeout(
      () => {
        stop();
        typed(now());
      },
      Math.max(0, Math.min(WAIT_MS, left)),
    );
  };
  const enlarge = (/** @type {boolean} */ large) => {
    area.hidden = area.disabled = !large;
    line.hidden = line.disabled = large;
    paste.textContent = large ? "Ask a question" : "Paste an abstract";
  };
  const submit = () => {
    finish();
    read();
  };

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  for (const input of [line, area]) {
    input.addEventListener("input", wait);
    input.addEventListener("change", finish);
  }
  line.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (pasted.length < LONG) return;
    event.preventDefault();
    enlarge(true);
    area.value = [line.value.slice(0, line.selectionStart), pasted, line.value.slice(line.selectionEnd)].join(" ").trim();
    line.value = "";
    area.focus();
    finish();
  });
  area.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  paste.addEventListener("click", () => {
    const large = area.hidden;
    const asked = line.value;
    if (large) area.value = asked || kept;
    else kept = area.value;
    line.value = "";
    enlarge(large);
    focus();
    if (large && asked) count(); // what is pasted will be searched for
    else finish();
  });

  const focus = () => {
    const input = area.hidden ? line : area;
    input.focus();
    input.select();
  };

  return {
    now,
    /** Show what is asked; not while it is being typed there. @param {Asked} asked */
    show({ q, text }) {
      const shown = now();
      const here = document.activeElement === area;
      if (shown.q.trim() === q && shown.text.trim() === text && (q || text || area.hidden || here)) return;
      stop();
      area.value = text;
      line.value = q;
      enlarge(Boolean(text));
      if (here && area.hidden) line.focus();
      count();
    },
    focus,
    /** @param {Element | null} element */
    has: (element) => element === line || element === area || element === form.querySelector(".ask"),
  };
}
