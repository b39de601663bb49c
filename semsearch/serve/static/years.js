// @ts-check
// The years as a small histogram: drag over it, or move its two ends, which are sliders to the keyboard.
import { h, svg } from "./dom.js";

const BARS = 42;
const STEPS = [1, 2, 5, 10, 20, 50, 100];
const HEIGHT = 44;
const WAIT_MS = 250; // a key that is held moves an end by many years

/** @typedef {{since: string, until: string}} Years */

/**
 * @param {{years: {year: number, papers: number}[], span: number[]}} counts span: the years of all papers, in order
 * @param {Years} chosen
 * @param {(years: Years) => void} choose
 */
export function histogram(counts, chosen, choose) {
  const first = counts.span[0];
  const last = counts.span[counts.span.length - 1];
  const step = STEPS.find((each) => (last - first + 1) / each <= BARS) ?? 100;
  const bins = binned(counts.years, first, last, step);
  const clamp = (/** @type {number} */ year) => Math.max(first, Math.min(last, year));
  let from = clamp(Number(chosen.since || first));
  let to = clamp(Number(chosen.until || last));
  let timer = 0;

  const chart = drawing(bins);
  const told = h("output", { class: "years-told" });
  const sliders = [slider("From year", first, last, from), slider("To year", first, last, to)];
  const clear = h("button", { type: "button", class: "quiet", onclick: () => choose({ since: "", until: "" }) }, "All years");

  const paint = () => {
    told.textContent = from === to ? `${from}` : `${from} – ${to}`;
    bins.forEach(({ year }, place) => {
      const within = year + step > from && year <= to;
      chart.children[place].classList.toggle("out", !within);
    });
    sliders[0].value = String(from);
    sliders[1].value = String(to);
    clear.hidden = !chosen.since && !chosen.until;
  };
  const commit = () => choose({ since: from === first ? "" : String(from), until: to === last ? "" : String(to) });

  sliders.forEach((input, end) => {
    input.addEventListener("input", () => {
      const year = Number(input.value);
      if (end === 0) from = Math.min(year, to);
      else to = Math.max(year, from);
      paint();
    });
    input.addEventListener("change", () => {
      clearTimeout(timer);
      timer = window.setTimeout(commit, WAIT_MS);
    });
  });
  dragging(chart, bins.length, (start, end) => {
    from = clamp(bins[start].year);
    to = clamp(bins[end].year + step - 1);
    paint();
  }, commit);
  paint();
  return h("div", { class: "years" }, chart, h("div", { class: "ends" }, ...sliders), h("p", { class: "years-line" }, told, clear));
}

/** @param {{year: number, papers: number}[]} counts @param {number} first @param {number} last @param {number} step */
function binned(counts, first, last, step) {
  const start = Math.floor(first / step) * step;
  const bins = Array.from({ length: Math.floor((last - start) / step) + 1 }, (_, place) => ({ year: start + place * step, papers: 0 }));
  for (const { year, papers } of counts) {
    const bin = bins[Math.floor((year - start) / step)];
    if (bin) bin.papers += papers;
  }
  return bins;
}

/** @param {{year: number, papers: number}[]} bins */
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
