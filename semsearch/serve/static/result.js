// @ts-check
// One paper of an answer, as an article. Whatever comes from a paper is set as text, and its links are only http(s).
import { apart, counted, grouped, h, svg } from "./dom.js";
import { inUnits, marked, snippet } from "./marks.js";

/**
 * @typedef {object} Doings what can be done with a result
 * @property {(id: string) => void} open open or fold its abstract
 * @property {(id: string) => void} explain fetch the sentence that answers
 * @property {(id: string) => void} like
 * @property {(id: string) => void} unlike
 * @property {(id: string) => void} similar
 * @property {(id: string) => void} tick
 * @property {(kind: "author" | "venue" | "category", value: string) => void} narrow
 */

/** @typedef {{open: boolean, liked: boolean, unliked: boolean, ticked: boolean, why?: any, failed?: boolean, asked?: boolean}} Standing */

const NAMED = 3;
const LISTED = 20;
const LONG = 300; // characters of a title that is folded
/** @type {readonly [number, string][]} */
const WORDS = [
  [0.8, "strong match"],
  [0.5, "good match"],
  [0.2, "fair match"],
  [0, "weak match"],
];
const MONTHS = "January February March April May June July August September October November December".split(" ");

/** @param {any} hit @param {Standing} is @param {Doings} does */
export function result(hit, is, does) {
  const { paper } = hit;
  const name = `title-${hit.rank}`;
  const title = marked(paper.title || "Untitled", is.asked ? inUnits(paper.title, hit.matches.title) : []);
  const length = paper.title.length > LONG ? "title long" : "title";
  const [link] = links(paper);
  return h(
    "li",
    { class: "result" },
    h(
      "article",
      { class: is.open ? "paper open" : "paper", tabIndex: -1, "data-id": hit.id, "aria-labelledby": name },
      gutter(hit, is, does),
      h("h3", { class: length, id: name, dir: "auto" }, link ? h("a", { href: link.href, ...OUTSIDE }, ...title) : h("span", {}, ...title)),
      h("p", { class: "meta" }, ...separated([byline(paper), venue(paper), when(paper.date)])),
      ...(hit.versions ?? []).map(version),
      similarity(hit),
      ...abstract(hit, is, does),
      actions(hit, is, does),
    ),
  );
}

const OUTSIDE = { rel: "noopener noreferrer" };

/** Another version of the paper. @param {any} paper */
function version(paper) {
  const [link] = links(paper);
  const title = link ? h("a", { href: link.href, ...OUTSIDE }, apart(paper.title)) : apart(paper.title);
  return h("p", { class: "meta version" }, "Also ", ...separated([title, venue(paper), when(paper.date)]));
}

/** @param {any} hit @param {Standing} is @param {Doings} does */
function gutter(hit, is, does) {
  const tick = h("input", {
    type: "checkbox",
    checked: is.ticked,
    "aria-label": `Tick ${hit.paper.title || hit.id}, to export it`,
    onchange: () => does.tick(hit.id),
  });
  return h("label", { class: "gutter" }, h("span", { class: "rank" }, String(hit.rank)), tick);
}

/** @param {any} hit */
function similarity(hit) {
  const share = Math.max(0, Math.min(1, hit.similarity));
  const bar = svg(
    "svg",
    { class: "bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "bar-whole", width: 100, height: 4, rx: 2 }),
    svg("rect", { class: "bar-share", width: (share * 100).toFixed(1), height: 4, rx: 2 }),
  );
  const word = hit.named ? "asked for by name" : wordOf(hit.standing);
  return h(
    "p",
    { class: "similarity", title: "How near the paper is to the question in meaning: the cosine, 1 is the same" },
    bar,
    h("span", { class: "figure" }, h("span", { class: "unseen" }, "similarity "), hit.similarity.toFixed(2).replace(/^-(?=0\.00$)/, "").replace("-", "−")),
    word ? h("span", { class: "standing" }, word) : null,
  );
}

/** How a hit stands, the share of the corpus' own questions that are answered less well, in words. @param {unknown} standing */
export function wordOf(standing) {
  if (typeof standing !== "number") return "";
  return WORDS.find(([least]) => standing >= least)?.[1] ?? "";
}

/** The abstract: two lines of it, or all of it with the sentence that answers. @param {any} hit @param {Standing} is @param {Doings} does */
function abstract(hit, is, does) {
  const text = hit.paper.abstract;
  if (!text) return [];
  const words = is.asked ? inUnits(text, hit.matches.abstract) : []; // words of the liked papers are there by chance
  if (!is.open) {
    const part = snippet(text, words);
    const nodes = [part[0] ? "… " : "", ...marked(text, words, { part }), part[1] < text.length ? " …" : ""];
    return [h("p", { class: "snippet", dir: "auto", onclick: unlessSelecting(() => does.open(hit.id)) }, ...nodes)];
  }
  const sentence = is.why ? inUnits(text, [[is.why.start, is.why.end]])[0] : null;
  return [h("p", { class: "abstract", dir: "auto" }, ...marked(text, words, { sentence })), details(hit, is, does)];
}

/** That the sentence that answers is not there, and the way to it. @param {any} hit @param {Doings} does */
function unexplained(hit, does) {
  const again = h("button", { type: "button", class: "word", "data-act": "explain", onclick: () => does.explain(hit.id) }, "Try again");
  return h("p", { class: "unexplained", role: "status" }, "The sentence that answers could not be fetched. ", again);
}

/** @param {() => void} action */
function unlessSelecting(action) {
  return () => {
    if (getSelection()?.isCollapsed !== false) action();
  };
}

/** What else is known of a paper; names in it narrow the search down. @param {any} hit @param {Standing} is @param {Doings} does */
function details(hit, is, does) {
  const { paper } = hit;
  const narrowing = (/** @type {"author" | "venue" | "category"} */ kind) => (/** @type {string} */ value) =>
    h("button", { type: "button", class: "word", title: `Only this ${kind}`, onclick: () => does.narrow(kind, value) }, apart(value));
  const rows = [
    ["Authors", paper.authors.map(narrowing("author"))],
    ["Venue", paper.venue ? [narrowing("venue")(paper.venue)] : []],
    ["Categories", [...paper.categories, ...paper.keywords].map(narrowing("category"))],
    ["Links", links(paper).map(({ href, text }) => h("a", { href, ...OUTSIDE }, text))],
    ["Cited", paper.citations === null ? [] : [`${counted(paper.citations, "time")}`]],
  ];
  const known = rows.filter(([, values]) => values.length);
  const pairs = known.flatMap(([term, values]) => [h("dt", {}, term), h("dd", {}, ...folded(values))]);
  return h("div", { class: "details" }, is.failed ? unexplained(hit, does) : null, h("dl", {}, ...pairs));
}

/** The first of many names, and a button for the others. @param {Node[]} values */
function folded(values) {
  if (values.length <= LISTED + 1) return separated(values, ", ");
  const rest = h("span", { hidden: true }, ", ", ...separated(values.slice(LISTED), ", "));
  const more = h("button", { type: "button", class: "quiet", onclick: () => open() }, `and ${grouped(values.length - LISTED)} more`);
  const open = () => {
    rest.hidden = false;
    more.replaceWith();
    rest.parentElement.classList.add("many");
    rest.querySelector("button").focus({ preventScroll: true });
  };
  return [...separated(values.slice(0, LISTED), ", "), rest, " ", more];
}

/** @param {any} hit @param {Standing} is @param {Doings} does */
function actions(hit, is, does) {
  const title = hit.paper.title || hit.id;
  const button = (/** @type {string} */ text, /** @type {() => void} */ onclick, /** @type {Record<string, any>} */ props) =>
    h("button", { type: "button", class: "action", "aria-label": `${text}: ${title}`, onclick, ...props }, text);
  const toggle = hit.paper.abstract
    ? button(is.open ? "Fold" : "Abstract", () => does.open(hit.id), { "aria-expanded": is.open, "data-act": "open" })
    : null;
  return h(
    "p",
    { class: "actions" },
    toggle,
    button("Like", () => does.like(hit.id), { "aria-pressed": is.liked, "data-act": "like" }),
    button("Unlike", () => does.unlike(hit.id), { "aria-pressed": is.unliked, "data-act": "unlike" }),
    button("Similar", () => does.similar(hit.id), { "data-act": "similar" }),
  );
}

/** @param {any} paper */
function byline(paper) {
  const { authors, author_count: count, organization } = paper;
  if (!authors.length) return organization ? apart(organization) : count ? counted(count, "author") : "";
  const others = Math.max(count ?? 0, authors.length) - NAMED;
  if (others <= 1 && authors.length <= NAMED + 1) return h("span", {}, ...separated(authors.map(apart), ", "));
  return h("span", {}, ...separated(authors.slice(0, NAMED).map(apart), ", "), ` and ${counted(others, "other")}`);
}

/** @param {any} paper */
function venue(paper) {
  return paper.venue ? h("cite", {}, apart(paper.venue)) : "";
}

/** A partial date in words. @param {string | null} date */
export function when(date) {
  const [year, month, day] = (date ?? "").split("-");
  return [day && String(Number(day)), month && MONTHS[Number(month) - 1], year].filter(Boolean).join(" ");
}

/** Where a paper can be read. @param {any} paper @returns {{href: string, text: string}[]} */
export function links(paper) {
  const path = (/** @type {string} */ id) => id.split("/").map(encodeURIComponent).join("/");
  const found = [];
  if (paper.doi) found.push({ href: `https://doi.org/${path(paper.doi)}`, text: `doi:${paper.doi}` });
  if (paper.arxiv_id) found.push({ href: `https://arxiv.org/abs/${path(paper.arxiv_id)}`, text: `arXiv:${paper.arxiv_id}` });
  if (paper.url && isWeb(paper.url)) found.push({ href: paper.url, text: new URL(paper.url).hostname });
  return found;
}

/** @param {string} url */
function isWeb(url) {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** @param {(Node | string)[]} parts @param {string} [between] */
function separated(parts, between = " · ") {
  return parts.filter(Boolean).flatMap((part, place) => (place ? [between, part] : [part]));
}
