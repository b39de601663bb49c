// @ts-check
// What can be filtered by, kept until the filters or the index change.
import { facets } from "./api.js";
import { EMPTY, filtersOf } from "./state.js";

const OLD = 0.02; // so many papers at most stand before the axis of years,
const SQUEEZED = 1.6; // and only if it would be so many times as long with them

/** @typedef {import("./state.js").State} State */
/** @typedef {{papers: number, years: {year: number, papers: number}[], span: number[], axis: number} & Record<string, any>} Counts */

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
    /** Counts beside the filters of a state; span: the years of all papers, whatever the filters; axis: where most of them begin. @param {State} state @returns {Promise<Counts>} */
    async of(state) {
      const [found, all] = await Promise.all([ask(state), ask(EMPTY, filtersOf(state).size ? 0 : undefined)]);
      return { ...found, span: all.years.map((/** @type {any} */ each) => each.year), axis: axis(all.years) };
    },
    /** Forget what another generation of the index had; whether there was one. @param {string} now */
    answeredBy(now) {
      const other = generation !== "" && generation !== now;
      if (other) kept = new Map();
      generation = now;
      return other;
    },
  };
}

/** The first year, or a later one if a few papers of long ago would squeeze the others. @param {{year: number, papers: number}[]} years */
function axis(years) {
  if (!years.length) return 0;
  const first = years[0].year;
  const last = years[years.length - 1].year;
  let few = years.reduce((sum, { papers }) => sum + papers, 0) * OLD;
  const most = years.find(({ papers }) => (few -= papers) < 0)?.year ?? first;
  return last - first > SQUEEZED * (last - most + 1) ? most : first;
}
