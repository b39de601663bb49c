// @ts-check
// The years as a small histogram: drag over it, or move its two ends, which are sliders to the keyboard.
import { counted, h, svg } from "./dom.js";

const BARS = 42;
const STEPS = [1, 2, 5, 10, 20, 50, 100];
const HEIGHT = 44;
const WAIT_MS = 600; // an end is moved by many years, a key each

/** @typedef {{since: string, until: string}} Years */
/** @typedef {{year: number, end: number, papers: number}} Bar from the first of its years to the last */

/** Ends that a key has moved and that are not searched for yet; what is drawn anew in between begins with them. */
let moved = { basis: "", from: 0, to: 0 };
let timer = 0;

/**
 * @param {{years: {year: number, papers: number}[], span: number[], axis: number}} counts span: the years of all papers,
 *   in order; axis: the first of them that is not long before the others
 * @param {Years} chosen
 * @param {(years: Years, how?: {run?: string}) => void} choose run: what further moves of the same kind replace
 */
export function histogram(counts, chosen, choose) {
  const oldest = counts.span[0];
  const last = counts.span[counts.span.length - 1];
  const step = STEPS.find((each) => (last - counts.axis + 1) / each <= BARS) ?? 100;
  const older = oldest < counts.axis;
  const start = Math.floor(counts.axis / step) * step;
  const first = older ? start - 1 : oldest; // where some are older, it stands for all of them
  const bars = binned(counts.years, older ? oldest : start, start, last, step);
  const clamp = (/** @type {number} */ year) => Math.max(first, Math.min(last, year));
  const basis = `${chosen.since} ${chosen.until}`;
  if (moved.basis !== basis) clearTimeout(timer);
  const ends = { from: clamp(Number(chosen.since || first)), to: clamp(Number(chosen.until || last)) };
  let { from, to } = moved.basis === basis ? moved : ends;

  const chart = drawing(bars);
  const told = h("output", { class: "years-told" });
  const sliders = [slider("From year", first, last, from), slider("To year", first, last, to)];
  const forget = () => {
    clearTimeout(timer);
    moved = { basis: "", from: 0, to: 0 };
  };
  const all = () => {
    forget();
    choose({ since: "", until: "" });
  };
  const clear = h("button", { type: "button", class: "quiet", onclick: all }, "All years");
  const said = (/** @type {number} */ year) => (older && year === first ? `before ${start}` : String(year));

  const paint = () => {
    told.textContent = from === to ? said(from) : `${from === first ? oldest : from} – ${to === first ? said(to) : to}`;
    bars.forEach(({ year, end }, place) => {
      const within = older && !place ? from === first : end >= from && year <= to;
      chart.children[place].classList.toggle("out", !within);
    });
    for (const [input, year] of /** @type {const} */ ([[sliders[0], from], [sliders[1], to]])) {
      input.value = String(year);
      if (older) input.setAttribute("aria-valuetext", said(year));
    }
    clear.hidden = !chosen.since && !chosen.until;
  };
  const written = (/** @type {number} */ year) => String(year).padStart(4, "0");
  const commit = (/** @type {{run?: string}} */ how = {}) => {
    forget();
    choose({ since: from === first ? "" : written(from), until: to === last ? "" : written(to) }, how);
  };

  sliders.forEach((input, end) => {
    input.addEventListener("input", () => {
      const year = Number(input.value);
      if (end === 0) from = Math.min(year, to);
      else to = Math.max(year, from);
      paint();
    });
    input.addEventListener("change", () => {
      moved = { basis, from, to };
      clearTimeout(timer);
      timer = window.setTimeout(() => commit({ run: "years" }), WAIT_MS);
    });
  });
  const place = (/** @type {number} */ bar, /** @type {"year" | "end"} */ side) => clamp(older && !bar ? first : bars[bar][side]);
  dragging(chart, bars.length, (begin, end) => {
    from = place(begin, "year");
    to = place(end, "end");
    paint();
  }, commit);
  paint();
  const before = older ? h("p", { class: "none" }, `The first bar: ${counted(bars[0].papers, "paper")} before ${start}`) : null;
  return h("div", { class: "years" }, chart, h("div", { class: "ends" }, ...sliders), h("p", { class: "years-line" }, told, clear), before);
}

/**
 * How many papers there are in each step of years, and first, where there are any, in all years before start.
 * @param {{year: number, papers: number}[]} counts @param {number} oldest @param {number} start @param {number} last @param {number} step
 */
function binned(counts, oldest, start, last, step) {
  const bars = Array.from({ length: Math.floor((last - start) / step) + 1 }, (_, place) => {
    const year = start + place * step;
    return { year, end: year + step - 1, papers: 0 };
  });
  const before = { year: oldest, end: start - 1, papers: 0 };
  for (const { year, papers } of counts) {
    const bar = year < start ? before : bars[Math.floor((year - start) / step)];
    if (bar) bar.papers += papers;
  }
  return oldest < start ? [before, ...bars] : bars;
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

/** @param {string} label @param {number} min @param {number} max @param {number} value */
function slider(label, min, max, value) {
  return h("input", { type: "range", "aria-label": label, min: String(min), max: String(max), step: "1", value: String(value) });
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
