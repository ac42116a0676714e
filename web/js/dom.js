// Elements of a page: found, and made.

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T} the element of this page that must be there
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`This page has no #${id}.`);
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
