// @ts-check
// What can be filtered by, kept until the filters or the index change.
import { facets } from "./api.js";
import { EMPTY, filtersOf } from "./state.js";

const FAR = 0.02; // so many papers at most stand before the axis of years, and behind it,
const SQUEEZED = 1.6; // and only if it would be so many times as long with them

/** @typedef {import("./state.js").State} State */
/** @typedef {{papers: number, years: {year: number, papers: number}[], span: number[], axis: number[], whole: any} & Record<string, any>} Counts whole: those without filters */

export function counting() {
  /** @type {Map<string, Promise<any>>} */ let kept = new Map();
  let generation = "";

  /** @param {State} state */
  function ask(state) {
    const key = String(filtersOf(state));
    const known = kept.get(key);
    if (known) return known;
    const promised = facets(state);
    kept.set(key, promised);
    promised.catch(() => kept.delete(key));
    return promised;
  }

  return {
    /** Counts beside the filters of a state; span: the years of all papers, whatever the filters; axis: where most of them begin and end. @param {State} state @returns {Promise<Counts>} */
    async of(state) {
      const [found, all] = await Promise.all([ask(state), ask(EMPTY)]);
      return { ...found, whole: all, span: all.years.map((/** @type {any} */ each) => each.year), axis: axis(all.years) };
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

/** The first year and the last, or closer ones if a few papers of long ago, or of years to come, would squeeze the others. @param {{year: number, papers: number}[]} years */
function axis(years) {
  if (!years.length) return [0, 0];
  const many = years.reduce((sum, { papers }) => sum + papers, 0) * FAR;
  const inner = (/** @type {typeof years} */ from) => {
    let few = many;
    return (from.find(({ papers }) => (few -= papers) < 0) ?? from[0]).year;
  };
  const [first, last] = [years[0].year, years[years.length - 1].year];
  const [begin, end] = [inner(years), inner([...years].reverse())];
  const squeezed = (/** @type {number[]} */ [from, to]) => to - from > SQUEEZED * (end - begin + 1);
  const ways = [[first, last], [begin, last], [first, end]];
  return ways.find((way) => !squeezed(way)) ?? [begin, end];
}
