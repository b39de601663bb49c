// @ts-check
// Where the focus goes when the chip that had it is taken away: to the next one, never to nothing.

/** @param {() => void} change what may take the focused element away @param {() => void} otherwise focuses where no chip is next */
export function keepingPlace(change, otherwise) {
  const chips = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".chip-remove")]);
  const left = /** @type {HTMLElement} */ (document.activeElement);
  const place = chips().indexOf(left);
  change();
  if (left === document.body || document.activeElement !== document.body) return;
  const next = place < 0 ? null : (chips()[place] ?? chips().pop());
  if (next) next.focus({ preventScroll: true });
  else otherwise();
}
