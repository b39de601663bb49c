// @ts-check
// The filters beside the results: years, venues, authors and categories, each with how many papers it has.
import { byId, grouped, h } from "./dom.js";
import { NO_FILTER, countFilters, toggled } from "./state.js";
import { histogram } from "./years.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{value: string, papers: number}} Value */

const FEW = 6;
const KINDS = /** @type {const} */ ([
  ["category", "categories", "Categories"],
  ["venue", "venues", "Venues"],
  ["author", "authors", "Authors"],
]);

/** @param {(change: Partial<State>) => void} go */
export function filterPanel(go) {
  const place = byId("filters");
  const opener = byId("open-filters");
  const long = new Set();
  /** @type {any} */ let facets = null;
  /** @type {State | null} */ let state = null;

  opener.addEventListener("click", () => {
    const open = place.classList.toggle("opened");
    opener.setAttribute("aria-expanded", String(open));
  });

  function draw() {
    if (!facets || !state) return;
    const now = state;
    const count = countFilters(now);
    opener.textContent = count ? `Filters (${count})` : "Filters";
    const parts = [
      h("div", { class: "filters-head" }, h("h2", {}, "Filters"), clearButton(count)),
      yearsOf(now),
      ...KINDS.map(([kind, plural, title]) => group(now, kind, facets[plural] ?? [], title)),
    ];
    const focused = nameOf(document.activeElement);
    place.replaceChildren(...parts.filter(Boolean));
    if (focused) [...place.querySelectorAll("input, button")].find((each) => nameOf(each) === focused)?.focus({ preventScroll: true });
  }

  const clearButton = (/** @type {number} */ count) =>
    h("button", { type: "button", class: "quiet", hidden: !count, onclick: () => go(NO_FILTER) }, "Clear");

  function yearsOf(/** @type {State} */ now) {
    if (facets.years.length < 2 && !now.since && !now.until) return null;
    if (!facets.years.length) return null;
    return h("fieldset", { class: "group" }, h("legend", {}, "Years"), histogram(facets.years, now, go));
  }

  function group(/** @type {State} */ now, /** @type {"category" | "venue" | "author"} */ kind, /** @type {Value[]} */ values, /** @type {string} */ title) {
    const chosen = now[kind];
    const rest = values.filter(({ value }) => !chosen.includes(value));
    const counts = new Map(values.map(({ value, papers }) => [value, papers]));
    const first = chosen.map((value) => ({ value, papers: counts.get(value) }));
    const shown = [...first, ...(long.has(kind) ? rest : rest.slice(0, Math.max(FEW - first.length, 2)))];
    if (!shown.length) return null;
    const items = shown.map(({ value, papers }) => item(kind, value, papers, chosen.includes(value)));
    const hidden = rest.length + first.length - shown.length;
    return h(
      "fieldset",
      { class: "group" },
      h("legend", {}, title),
      h("ul", { class: "values", role: "list" }, ...items),
      hidden > 0 || long.has(kind) ? moreOf(kind, title, hidden) : null,
    );
  }

  function item(/** @type {string} */ kind, /** @type {string} */ value, /** @type {number | undefined} */ papers, /** @type {boolean} */ checked) {
    const change = () => state && go({ [kind]: toggled(/** @type {any} */ (state)[kind], value) });
    const input = h("input", { type: "checkbox", name: kind, value, checked, onchange: change });
    const count = papers === undefined ? null : h("span", { class: "count" }, grouped(papers));
    return h("li", {}, h("label", { class: "value" }, input, h("span", { class: "value-name", title: value }, value), count));
  }

  function moreOf(/** @type {string} */ kind, /** @type {string} */ title, /** @type {number} */ hidden) {
    const toggle = () => {
      if (!long.delete(kind)) long.add(kind);
      draw();
    };
    const text = long.has(kind) ? "Fewer" : `${grouped(hidden)} more`;
    return h("button", { type: "button", class: "quiet", "aria-label": `${text} ${title.toLowerCase()}`, "aria-expanded": long.has(kind), onclick: toggle }, text);
  }

  return {
    /** @param {any} found @param {State} now */
    show(found, now) {
      facets = found;
      state = now;
      draw();
    },
  };
}

/** What tells an input or button of the filters from the others. @param {any} element */
function nameOf(element) {
  if (!element?.closest?.("#filters")) return "";
  return element.getAttribute("aria-label")?.replace(/^[\d,]+ more|^Fewer/, "") || `${element.name}\n${element.value}\n${element.type}`;
}
