// Elements of a page: found, and made.

/**
 * The element of this page that must be there: byId("next", HTMLButtonElement) where more is wanted of it than any has.
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type]
 * @returns {T}
 */
export function byId(id, type) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`This page has no #${id}.`);
  if (type && !(node instanceof type)) throw new Error(`#${id} is not an ${type.name}.`);
  return /** @type {T} */ (/** @type {unknown} */ (node));
}

/**
 * Make an element. Properties starting with "on" are listeners, "class" and "data-*"/"aria-*" are attributes, others
 * are set as properties.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on") && typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (key === "class" || key === "for" || key === "role" || key.includes("-")) node.setAttribute(key, String(value));
    else /** @type {any} */ (node)[key] = value;
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/**
 * Rows of a list of facts, for a <dl>.
 * @param {[string, string][]} pairs name and value
 * @returns {HTMLElement[]}
 */
export function factRows(pairs) {
  return pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", { class: "num" }, value)));
}

/**
 * Bring a place to these nodes, told apart by their text. Those that are there already are left alone, so that a screen
 * reader speaks only what is new.
 * @param {HTMLElement} place
 * @param {HTMLElement[]} nodes
 */
export function showNodes(place, nodes) {
  const wanted = new Set(nodes.map((node) => node.textContent));
  for (const child of [...place.children]) if (!wanted.has(child.textContent)) child.remove();
  nodes.forEach((node, i) => {
    if (place.children[i]?.textContent !== node.textContent) place.insertBefore(node, place.children[i] ?? null);
  });
  while (place.children.length > nodes.length) place.lastElementChild?.remove();
}

/**
 * Let a button be pressed, or not. One that may not be keeps the focus it has, which `disabled` would throw away: keys would
 * then mean something to the page as a whole. The shell keeps clicks from it.
 * @param {HTMLElement} button
 * @param {boolean} usable
 */
export function setUsable(button, usable) {
  if (usable) button.removeAttribute("aria-disabled");
  else button.setAttribute("aria-disabled", "true");
}

/**
 * Remember what has the focus, before some of the page is hidden.
 * @returns {(...others: HTMLElement[]) => void} moves the focus on, if it was hidden since, to the first of these that is shown
 */
export function holdFocus() {
  const { activeElement: focused } = document;
  return (...others) => {
    if (!focused || focused === document.body || focused.checkVisibility()) return;
    others.find((other) => other.checkVisibility())?.focus({ preventScroll: true });
  };
}

/**
 * Show below a field what is wrong with it, which its aria-describedby names.
 * @param {HTMLElement | null} field null where the fault is not that of one field
 * @param {HTMLElement} place
 * @param {string} message empty clears it
 */
export function setFault(field, place, message) {
  // The same words anew would be spoken again.
  if (place.textContent !== message) place.textContent = message;
  place.hidden = !message;
  if (message) field?.setAttribute("aria-invalid", "true");
  else field?.removeAttribute("aria-invalid");
}
