// @ts-check
// The search box: a line for a question, which becomes a larger one for an abstract that is pasted.
import { byId } from "./dom.js";

const LONG = 280;
const WAIT_MS = 110;
const LONGEST_WAIT_MS = 400; // for those who type without a pause; Safari allows the address 100 changes in 30 s

/** @typedef {{q: string, text: string}} Asked */

/**
 * @param {(asked: Asked) => void} typed called while one types, when a little time has passed
 * @param {(asked: Asked) => void} entered called when one has finished
 */
export function searchBox(typed, entered) {
  const form = byId("search");
  const line = byId("q");
  const area = byId("text");
  const paste = byId("paste");
  let timer = 0;
  let since = 0;

  const now = () => (area.hidden ? { q: line.value, text: "" } : { q: "", text: area.value });
  const stop = () => {
    clearTimeout(timer);
    since = 0;
  };
  const finish = () => {
    stop();
    entered(now());
  };
  const wait = () => {
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

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    finish();
    if (matchMedia("(pointer: coarse)").matches) now().text ? area.blur() : line.blur();
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
    area.value = `${line.value} ${pasted}`.trim();
    area.focus();
    finish();
  });
  area.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    finish();
  });
  paste.addEventListener("click", () => {
    const large = area.hidden;
    if (large) area.value = line.value;
    else line.value = "";
    enlarge(large);
    (large ? area : line).focus();
  });

  return {
    now,
    /** Show what is asked; not while it is being typed there. @param {Asked} asked */
    show({ q, text }) {
      const shown = now();
      if (shown.q.trim() === q && shown.text.trim() === text && (q || text || area.hidden)) return;
      stop();
      enlarge(Boolean(text));
      area.value = text;
      line.value = q;
    },
    focus() {
      const input = area.hidden ? line : area;
      input.focus();
      input.select();
    },
    /** @param {Element | null} element */
    has: (element) => element === line || element === area,
  };
}
