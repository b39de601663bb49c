// @ts-check
// The filters beside the results: years, categories, venues and authors, each with how many papers it has.
import { VALUES, facets } from "./api.js";
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
  /** The values that stand there, in order, and what they were taken from. @type {Map<Kind, {source: unknown, values: string[]}>} */
  const standing = new Map();
  /** All values that were ever there. */ const known = new Set();
  let pointed = ""; // the kind under the pointer
  /** What is looked for in each kind, and what was found. @type {Map<Kind, {text: string, values: Value[]}>} */
  const finding = new Map();
  let timer = 0;
  /** @type {any} */ let counts = null;

  opener.addEventListener("click", () => {
    const open = place.classList.toggle("opened");
    opener.setAttribute("aria-expanded", String(open));
  });

  place.addEventListener("pointerover", (/** @type {Event} */ event) => (pointed = kindOf(event.target)));
  place.addEventListener("pointerleave", () => (pointed = ""));

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
    const controls = /** @type {HTMLElement[]} */ ([...place.querySelectorAll("input, button")]);
    const again = focused && (controls.find((each) => nameOf(each) === focused && !each.hidden) ?? place.querySelector("input"));
    if (again) again.focus({ preventScroll: true });
  }

  function years(/** @type {State} */ now) {
    if (!counts.span.length) return null;
    return h("fieldset", { class: "group" }, h("legend", {}, "Years"), histogram(counts, now, go));
  }

  function group(/** @type {State} */ now, /** @type {Kind} */ kind, /** @type {string} */ plural, /** @type {string} */ title, /** @type {string} */ one) {
    const some = /** @type {Value[]} */ (counts[plural]);
    const all = filled(some, counts.whole[plural]);
    if (!all.length && !now[kind].length) return null;
    const looked = finding.get(kind);
    const found = looked?.text ? looked.values : null;
    const papers = new Map([...(found ?? []), ...all].map((each) => [each.value, each.papers]));
    for (const value of papers.keys()) known.add(`${kind} ${value}`);
    const absent = (/** @type {string} */ value) => (some.length < VALUES && known.has(`${kind} ${value}`) ? 0 : undefined);
    const items = placed(kind, found, all, now[kind]).map((value) =>
      item(kind, { value, papers: papers.get(value) ?? absent(value) }, now[kind].includes(value)),
    );
    const none = found && !found.length ? h("p", { class: "none" }, "None with these words") : null;
    return h(
      "fieldset",
      { class: "group", name: kind },
      h("legend", {}, title),
      all.length >= MANY ? finder(kind, plural, one) : null,
      none,
      h("ul", { class: "values", role: "list" }, ...items),
      all.length > FEW && !found ? more(kind, title) : null,
    );
  }

  /**
   * The values to show, in order: what was found, or the most frequent, and whatever is chosen. They keep their places
   * while the pointer or the focus is among them.
   * @param {Kind} kind @param {Value[] | null} found @param {Value[]} all @param {readonly string[]} chosen
   */
  function placed(kind, found, all, chosen) {
    const source = found ?? long.has(kind);
    const before = standing.get(kind);
    const among = pointed === kind || kindOf(document.activeElement) === kind;
    let values = (found ?? all).map(({ value }) => value);
    if (before?.source === source && among) {
      values = before.values;
    } else if (source === false) {
      const beyond = chosen.filter((value) => !values.slice(0, FEW).includes(value));
      values = values.slice(0, Math.max(FEW - beyond.length, 2));
    }
    values = [...values, ...chosen.filter((value) => !values.includes(value))];
    standing.set(kind, { source, values });
    return values;
  }

  function item(/** @type {Kind} */ kind, /** @type {Value} */ { value, papers }, /** @type {boolean} */ checked) {
    const change = () => go({ [kind]: toggled(present()[kind], value) });
    const input = h("input", { type: "checkbox", name: kind, value, checked, onchange: change });
    const count = papers === undefined ? null : h("span", { class: "count" }, grouped(papers));
    return h("li", {}, h("label", { class: papers === 0 ? "value zero" : "value" }, input, h("span", { class: "value-name", title: value }, apart(value)), count));
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
    /** Say that the papers could not be counted. @param {() => void} retry */
    lack(retry) {
      const again = h("button", { type: "button", class: "word", onclick: retry }, "Try again");
      const said = counts ? "These counts are of before: the papers could not be counted." : "The papers could not be counted.";
      draw();
      place.querySelector(".uncounted")?.remove();
      place.prepend(h("p", { class: "uncounted", role: "status" }, `${said} `, again));
    },
  };
}

/** Values, and after them those of the whole index without a paper, so that there are never fewer. @param {Value[]} some @param {Value[]} whole */
function filled(some, whole) {
  const missing = whole.filter(({ value }) => !some.some((each) => each.value === value));
  return [...some, ...missing.map(({ value }) => ({ value, papers: 0 }))].slice(0, Math.max(some.length, whole.length));
}

/** The kind of the group that an element is in. @param {any} element @returns {string} */
function kindOf(element) {
  return element?.closest?.("#filters fieldset[name]")?.name ?? "";
}

/** What tells an input or button of the filters from the others. @param {any} element */
function nameOf(element) {
  if (!element?.closest?.("#filters")) return "";
  if (element.type === "range") return element.getAttribute("aria-label");
  if (element.type === "checkbox") return `${element.name}\n${element.value}`;
  return element.name || element.textContent;
}
