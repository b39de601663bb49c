// @ts-check
// That an answer is waited for, and what a screen reader hears of the search.
import { byId } from "./dom.js";

export const PATIENCE_MS = 400; // before what is shown is told to be of before
const CALM_MS = 600; // without another letter, before what was found is said

/** @param {() => void} late called once for each wait that lasts, however many questions it is for */
export function waiting(late) {
  let timer = 0;
  return {
    begin: () => (timer ||= window.setTimeout(late, PATIENCE_MS)),
    end() {
      clearTimeout(timer);
      timer = 0;
    },
  };
}

let saying = 0;

/** Have a text said, even if it is the one that was said before: it is taken away first. @param {string} text */
export function say(text) {
  const place = byId("said");
  clearTimeout(saying);
  place.textContent = "";
  if (text) saying = window.setTimeout(() => (place.textContent = text), CALM_MS);
}
