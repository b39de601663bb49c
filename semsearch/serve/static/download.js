// @ts-check
// A file of more papers than an address can name: asked for by a body, and saved as a link would save it.
import { Problem } from "./api.js";
import { h } from "./dom.js";

const PATIENCE_MS = 60_000;
const ENDINGS = new Map([["bibtex", "bib"]]);

/** @param {string[]} ids @param {string} format */
export async function save(ids, format) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ id: ids, format });
  const response = await fetch("api/export", { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) {
    const told = await response.json().catch(() => null);
    throw new Problem(response.status, told?.detail ?? `The server answered ${response.status}.`);
  }
  const href = URL.createObjectURL(await response.blob());
  h("a", { href, download: `papers.${ENDINGS.get(format) ?? format}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // once it is saved, which nothing tells
}
