// @ts-check
// Keys for those who would rather not reach for the mouse. They do nothing while one writes, or with a modifier.
import { byId } from "./dom.js";

/** @param {{focusBox: () => void, does: import("./result.js").Doings}} page */
export function listen({ focusBox, does }) {
  const dialog = byId("help");
  const help = async () => {
    if (dialog.open) return dialog.close();
    (await import("./help.js")).fill(dialog);
    if (!dialog.open) dialog.showModal();
  };
  byId("keys").addEventListener("click", help);
  dialog.addEventListener("click", (/** @type {Event} */ event) => event.target === dialog && dialog.close());

  /** @type {Record<string, (id: string | null, paper: HTMLElement | null) => void>} */
  const keys = {
    "/": focusBox,
    "?": help,
    j: (_, paper) => step(paper, 1),
    k: (_, paper) => step(paper, -1),
    o: (_, paper) => paper?.querySelector("a")?.click(),
    l: (id) => id && does.like(id),
    u: (id) => id && does.unlike(id),
    s: (id) => id && does.similar(id),
    x: (_, paper) => paper?.querySelector("input")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const focused = /** @type {HTMLElement} */ (event.target);
    if (writes(focused)) {
      if (event.key !== "Escape") return;
      event.preventDefault(); // a search box would be emptied
      focused.blur();
      return;
    }
    if (dialog.open && event.key !== "?") return;
    const paper = /** @type {HTMLElement | null} */ (focused.closest("[data-id]"));
    const id = paper?.getAttribute("data-id") ?? null;
    if (event.key === "Enter" && focused === paper && id) {
      event.preventDefault();
      does.open(id);
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key](id, paper);
    }
  });
}

/** Whether keys make text here. @param {Element} element */
function writes(element) {
  if (element instanceof HTMLInputElement) return !["checkbox", "range"].includes(element.type);
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
}

/** @param {HTMLElement | null} from @param {1 | -1} by */
function step(from, by) {
  const papers = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-id]")]);
  const place = from ? papers.indexOf(from) + by : 0;
  const paper = papers[Math.max(0, Math.min(papers.length - 1, place))];
  paper?.focus({ preventScroll: true });
  paper?.scrollIntoView({ block: "nearest" });
}
