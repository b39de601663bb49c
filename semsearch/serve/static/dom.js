// @ts-check
// Elements, made in one line. Text is only ever set as text: nothing here parses HTML.

/** Characters that show a text backwards; one without a width keeps the place of each. */
const TURNING = /[\u202d\u202e]/g;

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element. Of props, `class` and names with a dash are attributes, functions listeners (onclick), the rest properties.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...Child} children
 * @returns {any}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "role" || name.includes("-")) element.setAttribute(name, String(value));
    else /** @type {any} */ (element)[name] = value;
  }
  element.append(...children.filter(present).map((child) => (typeof child === "string" ? child.replace(TURNING, "\u2060") : child)));
  return element;
}

/** A text from a paper within a line: right-to-left letters turn nothing around them. @param {string} text */
export function apart(text) {
  return h("bdi", {}, text);
}

/**
 * An SVG element; all props are attributes.
 * @param {string} tag
 * @param {Record<string, string | number>} [props]
 * @param {...Node} children
 */
export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {Child} child @returns {child is Node | string} */
function present(child) {
  return child !== null && child !== undefined && child !== false;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element with the id ${id}`);
  return element;
}

/** 138249 as 138,249. @param {number} number */
export function grouped(number) {
  return number.toLocaleString("en");
}

/** @param {number} number @param {string} one @param {string} [many] */
export function counted(number, one, many = `${one}s`) {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}
