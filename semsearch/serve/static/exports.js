// @ts-check
// What is shown or ticked, as a file for a reference manager or a spreadsheet.
import { AT_ONCE, Problem, fileOf } from "./api.js";
import { byId, counted, h } from "./dom.js";

const FORMATS = /** @type {const} */ ([
  ["bibtex", "BibTeX"],
  ["ris", "RIS"],
  ["csv", "CSV"],
]);

/** @param {string[]} shown ids @param {string[]} ticked ids @param {() => void} untick */
export function showExports(shown, ticked, untick) {
  const place = byId("exports");
  const ids = ticked.length ? ticked : shown;
  place.hidden = !ids.length;
  const what = ticked.length ? `${counted(ticked.length, "paper")} ticked` : "All shown";
  const many = ids.length > AT_ONCE;
  const links = FORMATS.map(([format, name]) => {
    const fetched = (/** @type {Event} */ event) => {
      if (!many) return;
      event.preventDefault();
      download(ids, format);
    };
    const href = many ? "" : fileOf(ids, format);
    return h("a", { class: "quiet", href, download: "", "aria-label": `${name} of ${what}`, onclick: fetched }, name);
  });
  const clear = h("button", { type: "button", class: "quiet", onclick: untick }, "Untick");
  place.replaceChildren(h("span", { class: ticked.length ? "exports-what" : "exports-what all" }, what), ...links, ...(ticked.length ? [clear] : []));
}

/** Save papers that are too many for an address. @param {string[]} ids @param {string} format */
async function download(ids, format) {
  const place = byId("exports");
  place.querySelector(".failed")?.remove();
  try {
    await (await import("./download.js")).save(ids, format);
  } catch (error) {
    const why = error instanceof Problem ? error.message : "The server does not answer.";
    place.append(h("span", { class: "failed", role: "alert" }, `No file: ${why}`));
  }
}
