// @ts-check
// The list of an answer's papers: which are open and ticked, and the sentence that answers in each that was opened.
import { Problem, why } from "./api.js";
import { byId, h } from "./dom.js";
import { showExports } from "./exports.js";
import { showOrder } from "./order.js";
import { MOST, PAGE, toggled } from "./state.js";
import { remember } from "./steering.js";

/** @typedef {import("./state.js").State} State */

/** How a paper is drawn, fetched with the first answer: the page stands there before it. @type {typeof import("./result.js")} */
let drawing;

/** @param {(change: Partial<State>) => void} go @param {() => State} present */
export function resultList(go, present) {
  const place = byId("results");
  /** @type {any[]} */ let hits = [];
  let more = false;
  let grown = false;
  let unmeasured = "";
  /** @type {string[]} */ let ticked = [];
  const opened = new Set();
  /** @type {Map<string, any>} */ const sentences = new Map();
  /** What no sentence was fetched for, though it was asked. */ const failed = new Set();

  const does = {
    async open(/** @type {string} */ id) {
      if (opened.delete(id)) return redraw(id);
      opened.add(id);
      redraw(id);
      await explain(id);
    },
    explain: (/** @type {string} */ id) => explain(id),
    like: (/** @type {string} */ id) => {
      const { like, unlike } = present();
      go({ like: toggled(like, id), unlike: unlike.filter((each) => each !== id) });
    },
    unlike: (/** @type {string} */ id) => {
      const { like, unlike } = present();
      go({ unlike: toggled(unlike, id), like: like.filter((each) => each !== id) });
    },
    similar(/** @type {string} */ id) {
      go({ q: "", text: "", like: [id], unlike: [] });
      scrollTo(0, 0);
    },
    tick(/** @type {string} */ id) {
      ticked = toggled(ticked, id);
      exports();
    },
    narrow(/** @type {"author" | "venue" | "category"} */ kind, /** @type {string} */ value) {
      const values = present()[kind];
      if (!values.includes(value)) go({ [kind]: [...values, value] });
      scrollTo(0, 0);
    },
  };

  async function explain(/** @type {string} */ id) {
    const key = keyOf(id);
    const before = failed.delete(key);
    try {
      const rank = hits.find((hit) => hit.id === id)?.rank ?? 1;
      if (!sentences.has(key)) sentences.set(key, await why(present(), id, rank));
    } catch {
      failed.add(key);
    }
    if (opened.has(id) && (before || failed.has(key) || sentences.get(key))) redraw(id);
  }

  /** Where the sentence of a paper is kept: by what is asked. @param {string} id */
  function keyOf(id) {
    const { text, q, like, unlike } = present();
    return [text || q || [...like, "", ...unlike].join("\n"), id].join("\n");
  }

  function drawn(/** @type {any} */ hit) {
    const { like, unlike } = present();
    const { id } = hit;
    const is = { open: opened.has(id), liked: like.includes(id), unliked: unlike.includes(id), ticked: ticked.includes(id) };
    const { q, text } = present();
    return drawing.result(hit, { ...is, why: sentences.get(keyOf(id)), failed: failed.has(keyOf(id)), asked: Boolean(q || text) }, does);
  }

  function redraw(/** @type {string} */ id) {
    const position = hits.findIndex((hit) => hit.id === id);
    const old = place.querySelectorAll(".result")[position];
    if (old) keepingFocus(() => old.replaceWith(drawn(hits[position])));
  }

  function draw() {
    const list = h("ol", { class: "list", role: "list" }, ...hits.map(drawn));
    const parts = hits.length ? [h("h2", { class: "unseen" }, "Papers found"), list, ...(more ? [moreButton()] : []), ...(unmeasured ? [h("p", { class: "small unmeasured" }, unmeasured)] : [])] : [];
    keepingFocus(() => place.replaceChildren(...parts));
    for (const hit of hits) remember(hit.id, hit.paper.title);
    for (const hit of hits) if (opened.has(hit.id) && !sentences.get(keyOf(hit.id))) explain(hit.id);
    exports();
    showOrder(hits, present().sort, go);
  }

  function moreButton() {
    const onclick = () => {
      grown = true;
      go({ k: Math.min(present().k + PAGE, MOST) });
    };
    return h("p", { class: "more" }, h("button", { type: "button", class: "plain", onclick }, "More"));
  }

  function exports() {
    showExports(
      hits.map((hit) => hit.id),
      ticked,
      () => {
        ticked = [];
        draw();
        byId("exports").querySelector("a, button")?.focus({ preventScroll: true });
      },
    );
  }

  return {
    does,
    /** What is to be awaited before papers can be shown. */
    async ready() {
      drawing ??= await import("./result.js").catch(() => {
        throw new Problem(0, "A part of this page did not arrive.", "If this goes on, load the page again.");
      });
    },
    /** @param {any[]} found @param {boolean} further whether there are more @param {string} why no word says how good a match is */
    show(found, further, why) {
      const before = hits.length;
      hits = found;
      more = further;
      unmeasured = why;
      place.classList.remove("before");
      draw();
      if (grown) place.querySelectorAll("[data-id]")[before]?.focus({ preventScroll: true });
      grown = false;
    },
    /** Dim what is the answer to something else; whether there is any. */
    dim() {
      place.classList.toggle("before", hits.length > 0);
      return hits.length > 0;
    },
    clear() {
      place.classList.remove("before");
      hits = [];
      more = false;
      draw();
    },
    /** Show what is liked and what is not, before the answer to that is there. */
    steer() {
      const { like, unlike, sort } = present();
      byId("order").value = sort;
      for (const article of place.querySelectorAll("[data-id]")) {
        const id = article.getAttribute("data-id") ?? "";
        article.querySelector('[data-act="like"]')?.setAttribute("aria-pressed", String(like.includes(id)));
        article.querySelector('[data-act="unlike"]')?.setAttribute("aria-pressed", String(unlike.includes(id)));
      }
    },
  };
}

/** Do what replaces elements, and give the focus to what stands where it was. @param {() => void} change */
function keepingFocus(change) {
  const focused = document.activeElement;
  const id = focused?.closest("[data-id]")?.getAttribute("data-id");
  const act = focused?.getAttribute("data-act");
  const tick = focused instanceof HTMLInputElement && focused.type === "checkbox";
  const papers = () => [...document.querySelectorAll("[data-id]")];
  const position = papers().findIndex((each) => each.getAttribute("data-id") === id);
  change();
  if (!id || document.activeElement === focused) return;
  const now = papers();
  const same = now.find((each) => each.getAttribute("data-id") === id);
  const paper = same ?? now[Math.min(position, now.length - 1)]; // what is liked is no hit any more
  const again = !same ? paper : act ? paper?.querySelector(`[data-act="${act}"]`) : tick ? paper?.querySelector("input") : paper;
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}
