// @ts-check
// What is shown or ticked, as a file for a reference manager or a spreadsheet.
import { fileOf } from "./api.js";
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
  const links = FORMATS.map(([format, name]) =>
    h("a", { class: "quiet", href: fileOf(ids, format), download: "", "aria-label": `${name} of ${what}` }, name),
  );
  const clear = h("button", { type: "button", class: "quiet", onclick: untick }, "Untick");
  place.replaceChildren(h("span", { class: ticked.length ? "exports-what" : "exports-what all" }, what), ...links, ...(ticked.length ? [clear] : []));
}
