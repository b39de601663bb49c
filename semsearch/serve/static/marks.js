// @ts-check
// Marks in a text: the words of the question and the sentence that answers. The server counts characters as Unicode
// does, JavaScript in units of UTF-16, so that 𝛼 is one there and two here.
import { h } from "./dom.js";

/** @typedef {[number, number]} Span start and end of a part of a text */

const SURROGATE = /[\ud800-\udbff][\udc00-\udfff]/;
const SNIPPET = 190;

/** Spans in Unicode characters as spans in units of UTF-16. @param {string} text @param {Span[]} spans @returns {Span[]} */
export function inUnits(text, spans) {
  if (!SURROGATE.test(text)) return spans;
  /** @type {number[]} */ const starts = [];
  let at = 0;
  for (const character of text) {
    starts.push(at);
    at += character.length;
  }
  const place = (/** @type {number} */ position) => starts[position] ?? text.length;
  return spans.map(([start, end]) => [place(start), place(end)]);
}

/**
 * A part of a text as nodes, with its words marked, and the sentence within it too. Spans are in units of UTF-16.
 * @param {string} text
 * @param {Span[]} words in order, apart
 * @param {{part?: Span, sentence?: Span | null}} [options]
 * @returns {(Node | string)[]}
 */
export function marked(text, words, { part = [0, text.length], sentence = null } = {}) {
  if (!sentence) return underlined(text, words, part);
  const [start, end] = sentence;
  return [
    ...underlined(text, words, [part[0], start]),
    h("mark", { class: "sentence" }, ...underlined(text, words, [start, end])),
    ...underlined(text, words, [end, part[1]]),
  ];
}

/** @param {string} text @param {Span[]} words @param {Span} part */
function underlined(text, words, [from, to]) {
  const nodes = [];
  let at = from;
  for (const [start, end] of words) {
    const first = Math.max(start, at);
    const last = Math.min(end, to);
    if (first >= last) continue;
    if (first > at) nodes.push(text.slice(at, first));
    nodes.push(h("mark", {}, text.slice(first, last)));
    at = last;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

/** The part of an abstract that shows most of the question's words, in about two lines. @param {string} text @param {Span[]} words @returns {Span} */
export function snippet(text, words) {
  if (text.length <= SNIPPET) return [0, text.length];
  let best = 0;
  let most = 0;
  words.forEach(([start], position) => {
    const within = words.slice(position).filter(([, end]) => end <= start + SNIPPET - 40);
    const distinct = new Set(within.map(([from, to]) => text.slice(from, to).toLowerCase())).size;
    if (distinct > most) [best, most] = [start, distinct];
  });
  const start = best + SNIPPET / 2 < SNIPPET ? 0 : beginning(text, best);
  const limit = Math.min(start + SNIPPET, text.length);
  const space = limit < text.length ? text.lastIndexOf(" ", limit) : limit;
  return [start, space > start ? space : whole(text, limit)];
}

/** Where the sentence of a place begins, if that is near, else a word some way before it. @param {string} text @param {number} place */
function beginning(text, place) {
  const near = Math.max(0, place - 90);
  const stop = Math.max(text.lastIndexOf(". ", place), text.lastIndexOf("? ", place));
  if (stop >= near) return stop + 2;
  const space = text.indexOf(" ", Math.max(0, place - 40));
  return space >= 0 && space < place ? space + 1 : place;
}

/** place, or the one before it, if it would cut a character in two. @param {string} text @param {number} place */
function whole(text, place) {
  return /[\udc00-\udfff]/.test(text[place] ?? "") ? place - 1 : place;
}
