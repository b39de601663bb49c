// @ts-check
// The years as a small histogram: drag over it, or move its two ends, which are sliders to the keyboard.
import { counted, h, svg } from "./dom.js";

const BARS = 42;
const STEPS = [1, 2, 5, 10, 20, 50, 100];
const HEIGHT = 44;
const WAIT_MS = 600; // an end is moved by many years, a key each

/** @typedef {{since: string, until: string}} Years */
/** @typedef {{year: number, end: number, papers: number}} Bar from the first of its years to the last */
/** @typedef {number | null} End a year, or as far as there are papers */

/** Ends that were moved and are not searched for yet; what is drawn anew in between begins with them. */
let moved = { basis: "", from: /** @type {End} */ (null), to: /** @type {End} */ (null) };
let timer = 0;

/**
 * @param {{years: {year: number, papers: number}[], span: number[], axis: number[]}} counts span: the years of all papers,
 *   in order; axis: the first and the last of them that are not far from the others
 * @param {Years} chosen
 * @param {(years: Years, how?: {run?: string}) => void} choose run: what further moves of the same kind replace
 */
export function histogram(counts, chosen, choose) {
  const { bars, start, stop } = binned(counts);
  const [oldest, newest] = [counts.span[0], counts.span[counts.span.length - 1]];
  const [older, newer] = [oldest < start, newest > stop];
  const first = older ? start - 1 : oldest; // where some are older, it stands for all of them
  const last = newer ? stop + 1 : newest;
  const basis = `${chosen.since} ${chosen.until}`;
  if (moved.basis !== basis) clearTimeout(timer);
  const asked = { from: chosen.since ? Number(chosen.since) : null, to: chosen.until ? Number(chosen.until) : null };
  let { from, to } = moved.basis === basis ? moved : asked;

  const chart = drawing(bars);
  const told = h("output", { class: "years-told" });
  const sliders = [slider("From year", first, last), slider("To year", first, last)];
  const forget = () => {
    clearTimeout(timer);
    moved = { basis: "", from: null, to: null };
  };
  const all = () => {
    forget();
    choose({ since: "", until: "" });
  };
  const clear = h("button", { type: "button", class: "quiet", onclick: all }, "All years");
  /** Where the ends stand on the axis. */
  const places = () => [from ?? first, to ?? last].map((year) => Math.max(first, Math.min(last, year)));
  const put = (/** @type {number} */ begin, /** @type {number} */ end) => {
    const before = places(); // an end that stays there keeps its year, which may be beyond the axis
    if (begin !== before[0]) from = begin <= first ? null : begin;
    if (end !== before[1]) to = end >= last ? null : end;
    paint();
  };

  const paint = () => {
    told.textContent = said();
    bars.forEach(({ year, end }, place) => {
      chart.children[place].classList.toggle("out", (from !== null && end < from) || (to !== null && year > to));
    });
    places().forEach((year, end) => {
      sliders[end].value = String(year);
      const beyond = older && year === first ? `before ${start}` : newer && year === last ? `after ${stop}` : String(year);
      sliders[end].setAttribute("aria-valuetext", beyond);
    });
    clear.hidden = !chosen.since && !chosen.until;
  };
  const said = () => {
    if (from === null && to !== null && to < Math.max(start, oldest)) return `until ${to}`;
    if (to === null && from !== null && from > Math.min(stop, newest)) return `from ${from}`;
    const [begin, end] = [from ?? oldest, to ?? newest];
    return begin === end ? String(begin) : `${begin} – ${end}`;
  };
  const written = (/** @type {End} */ year) => (year === null ? "" : String(year).padStart(4, "0"));
  const commit = (/** @type {{run?: string}} */ how = {}) => {
    forget();
    choose({ since: written(from), until: written(to) }, how);
  };
  const commitSoon = () => {
    moved = { basis, from, to };
    clearTimeout(timer);
    timer = window.setTimeout(() => commit({ run: "years" }), WAIT_MS);
  };

  sliders.forEach((input, end) => {
    /** The other end while this one is dragged, which may go past it: ends that lie on each other come apart. @type {number | null} */
    let other = null;
    input.addEventListener("pointerdown", () => (other = places()[1 - end]));
    input.addEventListener("keydown", () => (other = null));
    input.addEventListener("input", () => {
      const year = Number(input.value);
      const [begin, until] = places();
      if (other !== null) put(Math.min(year, other), Math.max(year, other));
      else if (end === 0) put(Math.min(year, until), until);
      else put(begin, Math.max(year, begin));
    });
    input.addEventListener("change", commitSoon);
    input.addEventListener("pointerup", () => {
      if (written(from) !== chosen.since || written(to) !== chosen.until) commitSoon(); // one that went past the other has not changed
    });
  });
  dragging(chart, bars.length, (begin, end) => {
    from = begin === 0 ? null : bars[begin].year;
    to = end === bars.length - 1 ? null : bars[end].end;
    paint();
  }, commit);
  paint();
  const beyond = [
    older ? `The first bar: ${counted(bars[0].papers, "paper")} before ${start}` : "",
    newer ? `The last bar: ${counted(bars[bars.length - 1].papers, "paper")} after ${stop}` : "",
  ];
  const notes = beyond.filter(Boolean).map((text) => h("p", { class: "none" }, text));
  return h("div", { class: "years" }, chart, h("div", { class: "ends" }, ...sliders), h("p", { class: "years-line" }, told, clear), ...notes);
}

/**
 * How many papers there are in each step of years from start to stop; first, where there are any, those of all years
 * before, and last those of all years after.
 * @param {{years: {year: number, papers: number}[], span: number[], axis: number[]}} counts
 */
function binned({ years, span, axis: [begin, end] }) {
  const step = STEPS.find((each) => (end - begin + 1) / each <= BARS) ?? 100;
  const start = Math.floor(begin / step) * step;
  const count = Math.floor((end - start) / step) + 1;
  const newest = span[span.length - 1];
  const stop = end < newest ? start + count * step - 1 : newest;
  const bar = (/** @type {number} */ year, /** @type {number} */ last) => ({ year, end: last, papers: 0 });
  const bars = Array.from({ length: count }, (_, place) => bar(start + place * step, start + (place + 1) * step - 1));
  if (span[0] < start) bars.unshift(bar(span[0], start - 1));
  if (newest > stop) bars.push(bar(stop + 1, newest));
  for (const { year, papers } of years) {
    const its = bars.find((each) => each.year <= year && year <= each.end);
    if (its) its.papers += papers;
  }
  return { bars, start, stop };
}

/** @param {Bar[]} bins */
function drawing(bins) {
  const most = Math.max(...bins.map(({ papers }) => papers), 1);
  const bars = bins.map(({ papers }, place) => {
    const height = papers ? Math.max(2, (papers / most) * HEIGHT) : 0;
    return svg("rect", { x: place + 0.08, width: 0.84, y: HEIGHT - height, height });
  });
  const box = { class: "bars", viewBox: `0 0 ${bins.length} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return svg("svg", box, ...bars);
}

/** @param {string} label @param {number} min @param {number} max */
function slider(label, min, max) {
  return h("input", { type: "range", "aria-label": label, min: String(min), max: String(max), step: "1" });
}

/**
 * Dragging with a mouse, a pen or a finger over the bars.
 * @param {Element} chart
 * @param {number} bars
 * @param {(start: number, end: number) => void} over
 * @param {() => void} done
 */
function dragging(chart, bars, over, done) {
  let start = -1;
  const barAt = (/** @type {PointerEvent} */ event) => {
    const { left, width } = chart.getBoundingClientRect();
    return Math.max(0, Math.min(bars - 1, Math.floor(((event.clientX - left) / width) * bars)));
  };
  const drag = (/** @type {any} */ event) => {
    if (start < 0) return;
    const bar = barAt(event);
    over(Math.min(start, bar), Math.max(start, bar));
  };
  chart.addEventListener("pointerdown", (/** @type {any} */ event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    chart.setPointerCapture(event.pointerId);
    start = barAt(event);
    drag(event);
  });
  chart.addEventListener("pointermove", drag);
  chart.addEventListener("pointerup", () => {
    if (start >= 0) done();
    start = -1;
  });
  chart.addEventListener("pointercancel", () => (start = -1));
}
