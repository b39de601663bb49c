// @ts-check
// What can be filtered by, kept until the filters or the index change.
import { facets } from "./api.js";
import { EMPTY, filtersOf } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {{papers: number, years: {year: number, papers: number}[], span: number[]} & Record<string, any>} Counts */

export function counting() {
  /** @type {Map<string, Promise<any>>} */ let kept = new Map();
  let generation = "";

  /** @param {State} state @param {number} [limit] */
  function ask(state, limit) {
    const key = `${limit} ${filtersOf(state)}`;
    const known = kept.get(key);
    if (known) return known;
    const promised = facets(state, { limit });
    kept.set(key, promised);
    promised.catch(() => kept.delete(key));
    return promised;
  }

  return {
    /** Counts beside the filters of a state; span: the years of all papers, whatever the filters. @param {State} state @returns {Promise<Counts>} */
    async of(state) {
      const [found, all] = await Promise.all([ask(state), ask(EMPTY, filtersOf(state).size ? 0 : undefined)]);
      return { ...found, span: all.years.map((/** @type {any} */ each) => each.year) };
    },
    /** Forget what another generation of the index had. @param {string} now */
    answeredBy(now) {
      if (generation && generation !== now) kept = new Map();
      generation = now;
    },
  };
}
