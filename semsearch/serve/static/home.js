// @ts-check
// What stands where nothing is asked yet: what the index holds, and questions to begin with, made of it.
import { byId, grouped, h } from "./dom.js";

/** @typedef {import("./state.js").State} State */

export function hideHome() {
  byId("home").hidden = true;
}

/**
 * @param {{info: any, years: {year: number}[], examples: string[], steered: boolean}} known steered: papers are unliked already
 * @param {number | null} passing how many papers pass the filters, if there are any
 * @param {(change: Partial<State>) => void} go
 */
export function showHome({ info, years, examples, steered }, passing, go) {
  const place = byId("home");
  place.hidden = false;
  place.replaceChildren(
    h("p", { class: "lead" }, ...lead(info, years)),
    ...(passing === null ? [] : [h("p", { class: "after-lead" }, `${grouped(passing)} of them pass the filters: ask something to search among these.`)]),
    ...(steered ? [h("p", { class: "after-lead" }, "What you ask next leans away from the paper above.")] : []),
    ...(examples.length ? [begin(examples, go)] : []),
    h(
      "p",
      { class: "small" },
      "Papers are found by their words and by their meaning. A title, DOI or arXiv id finds that paper. Nothing that is typed here leaves the machine that serves this page.",
    ),
  );
}

/** @param {string[]} examples @param {(change: Partial<State>) => void} go */
function begin(examples, go) {
  const items = examples.map((q) => {
    const props = { href: `?${new URLSearchParams({ q })}`, onclick: follow(() => go({ q, text: "" })) };
    return h("li", {}, h("a", props, q));
  });
  const list = h("ul", { class: "examples", role: "list" }, ...items);
  return h("section", { "aria-labelledby": "begin" }, h("h2", { id: "begin" }, "To begin with"), list);
}

/** @param {any} info @param {{year: number}[]} counts */
function lead(info, counts) {
  if (!info.papers) return ["This index is empty. ", h("code", {}, "semsearch add"), " adds papers to it."];
  const years = counts.map(({ year }) => year);
  const span = years.length ? `, ${years[0]} to ${years[years.length - 1]}` : "";
  const built = info.created ? new Date(info.created) : null;
  const when = built && !Number.isNaN(built.valueOf()) ? ` Built on ${built.toLocaleDateString("en", { dateStyle: "long" })}.` : "";
  return [h("strong", {}, info.papers === 1 ? "One paper" : `${grouped(info.papers)} papers`), `${span}.${when}`];
}

/** A click that stays on the page; with a modifier it opens a tab, as elsewhere. @param {() => void} action */
export function follow(action) {
  return (/** @type {MouseEvent} */ event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    action();
  };
}

