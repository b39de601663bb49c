// @ts-check
// The filters beside the results: years, categories, venues and authors, each with how many papers it has.
import { facets } from "./api.js";
import { apart, byId, grouped, h } from "./dom.js";
import { NO_FILTER, countFilters, toggled } from "./state.js";
import { histogram } from "./years.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{value: string, papers?: number}} Value */
/** @typedef {"category" | "venue" | "author"} Kind */

const FEW = 6;
const MANY = 15;
const WAIT_MS = 150;
/** @type {readonly [Kind, string, string, string][]} */
const KINDS = [
  ["category", "categories", "Categories", "a category"],
  ["venue", "venues", "Venues", "a venue"],
  ["author", "authors", "Authors", "an author"],
];

/** @param {(change: Partial<State>, how?: {run?: string}) => void} go @param {() => State} present */
export function filterPanel(go, present) {
  const place = byId("filters");
  const opener = byId("open-filters");
  const long = new Set();
  /** What is looked for in each kind, and what was found. @type {Map<Kind, {text: string, values: Value[]}>} */
  const finding = new Map();
  let timer = 0;
  /** @type {any} */ let counts = null;

  opener.addEventListener("click", () => {
    const open = place.classList.toggle("opened");
    opener.setAttribute("aria-expanded", String(open));
  });

  function draw() {
    const now = present();
    const count = countFilters(now);
    opener.textContent = count ? `Filters (${count})` : "Filters";
    if (!counts) return;
    const clear = h("button", { type: "button", class: "quiet", hidden: !count, onclick: () => go(NO_FILTER) }, "Clear all");
    const parts = [
      h("div", { class: "filters-head" }, h("h2", {}, "Filters"), clear),
      years(now),
      ...KINDS.map((names) => group(now, ...names)),
    ];
    const focused = nameOf(document.activeElement);
    place.replaceChildren(...parts.filter(Boolean));
    const again = focused && [...place.querySelectorAll("input, button")].find((each) => nameOf(each) === focused);
    if (again) again.focus({ preventScroll: true });
  }

  function years(/** @type {State} */ now) {
    if (!counts.span.length) return null;
    return h("fieldset", { class: "group" }, h("legend", {}, "Years"), histogram(counts, now, go));
  }

  function group(/** @type {State} */ now, /** @type {Kind} */ kind, /** @type {string} */ plural, /** @type {string} */ title, /** @type {string} */ one) {
    const all = /** @type {Value[]} */ (counts[plural]);
    if (!all.length && !now[kind].length) return null;
    const looked = finding.get(kind);
    const papers = new Map(all.map((each) => [each.value, each.papers]));
    const chosen = now[kind].map((value) => ({ value, papers: papers.get(value) }));
    const rest = (looked?.text ? looked.values : all).filter(({ value }) => !now[kind].includes(value));
    const few = Math.max(FEW - chosen.length, 2);
    const shown = [...chosen, ...(long.has(kind) || looked?.text ? rest : rest.slice(0, few))];
    const none = looked?.text && !rest.length ? h("p", { class: "none" }, "None with these words") : null;
    const items = shown.map((value) => item(kind, value, now[kind].includes(value.value)));
    return h(
      "fieldset",
      { class: "group" },
      h("legend", {}, title),
      all.length >= MANY ? finder(kind, plural, one) : null,
      h("ul", { class: "values", role: "list" }, ...items),
      none,
      rest.length > few && !looked?.text ? more(kind, title) : null,
    );
  }

  function item(/** @type {Kind} */ kind, /** @type {Value} */ { value, papers }, /** @type {boolean} */ checked) {
    const change = () => go({ [kind]: toggled(present()[kind], value) });
    const input = h("input", { type: "checkbox", name: kind, value, checked, onchange: change });
    const count = papers === undefined ? null : h("span", { class: "count" }, grouped(papers));
    return h("li", {}, h("label", { class: "value" }, input, h("span", { class: "value-name", title: value }, apart(value)), count));
  }

  function more(/** @type {Kind} */ kind, /** @type {string} */ title) {
    const toggle = () => {
      if (!long.delete(kind)) long.add(kind);
      draw();
    };
    const text = long.has(kind) ? "Fewer" : "More";
    const props = { type: "button", class: "quiet", name: `more ${kind}`, "aria-label": `${text} ${title.toLowerCase()}`, onclick: toggle };
    return h("button", { ...props, "aria-expanded": long.has(kind) }, text);
  }

  function finder(/** @type {Kind} */ kind, /** @type {string} */ plural, /** @type {string} */ one) {
    const value = finding.get(kind)?.text ?? "";
    const look = (/** @type {any} */ event) => {
      const text = event.target.value;
      clearTimeout(timer);
      timer = window.setTimeout(() => find(kind, plural, text), WAIT_MS);
    };
    const props = { type: "search", class: "find", name: `find ${kind}`, value, autocomplete: "off", placeholder: `Find ${one}` };
    return h("input", { ...props, "aria-label": `Find ${one}`, oninput: look });
  }

  async function find(/** @type {Kind} */ kind, /** @type {string} */ plural, /** @type {string} */ text) {
    finding.set(kind, { text: text.trim(), values: finding.get(kind)?.values ?? [] });
    if (text.trim()) {
      const found = await facets(present(), { find: text.trim(), limit: 8 }).catch(() => null);
      if (!found || finding.get(kind)?.text !== text.trim()) return;
      finding.set(kind, { text: text.trim(), values: found[plural] });
    }
    const input = place.querySelector(`[name="find ${kind}"]`);
    const caret = input?.selectionStart ?? null;
    draw();
    if (caret !== null) place.querySelector(`[name="find ${kind}"]`)?.setSelectionRange(caret, caret);
  }

  return {
    /** @param {any} found */
    show(found) {
      counts = found;
      draw();
    },
    draw,
  };
}

/** What tells an input or button of the filters from the others. @param {any} element */
function nameOf(element) {
  if (!element?.closest?.("#filters")) return "";
  if (element.type === "range") return element.getAttribute("aria-label");
  if (element.type === "checkbox") return `${element.name}\n${element.value}`;
  return element.name || element.textContent;
}
