// @ts-check
// The help for the keys, fetched when somebody asks for it.
import { h } from "./dom.js";

const HELP = /** @type {const} */ ([
  ["/", "to the search box"],
  ["j, k", "next and previous paper"],
  ["Enter", "open or fold the abstract"],
  ["o", "go to the paper itself"],
  ["l, u", "like, unlike"],
  ["s", "what is similar"],
  ["x", "tick, for export"],
  ["Esc", "leave the search box"],
  ["?", "these keys"],
]);

/** @param {HTMLDialogElement} dialog */
export function fill(dialog) {
  const rows = HELP.flatMap(([keys, what]) => [
    h("dt", {}, ...keys.split(", ").flatMap((key, place) => [place ? " " : "", h("kbd", {}, key)])),
    h("dd", {}, what),
  ]);
  dialog.replaceChildren(
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", { class: "keys" }, ...rows),
    h("form", { method: "dialog" }, h("button", { class: "plain", autofocus: true }, "Close")),
  );
}
