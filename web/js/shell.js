// The frame of every page: navigation, theme and status line.
//
// A page names its part of the program with <body data-section="home|train|inference"> and loads this module;
// the frame is built at once, needs no server, and offers:
//   say(text, {kind})      writes the status line (aria-live); kind "info" | "ok" | "error"
//   showError(error)       the same for a thrown BridgeError: what was seen and what to do

import { el } from "./dom.js";
/** @typedef {"auto" | "light" | "dark"} Theme */

/** The mark of the program: an outline with a gap that is being completed. */
const BRAND_SVG = `<svg viewBox="0 0 32 32" aria-hidden="true">
  <rect x="1" y="1" width="30" height="30" rx="7" fill="var(--accent)"/>
  <path d="M5 25.5c4-8 6.5-12 9.5-12" fill="none" stroke="var(--on-accent)" stroke-width="2.6" stroke-linecap="round"/>
  <path d="M14.5 13.5c3 0 4 3.5 6 6" fill="none" stroke="#ffb95c" stroke-width="2.6" stroke-linecap="round" stroke-dasharray="0.1 4"/>
  <path d="M20.5 19.5c2 2.3 4 4 6.5 5" fill="none" stroke="var(--on-accent)" stroke-width="2.6" stroke-linecap="round"/>
  <circle cx="22.5" cy="9.5" r="2.6" fill="var(--on-accent)"/></svg>`;

const THEME_SVG = {
  auto: `<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor"/></svg>`,
  light: `<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="3.6" fill="currentColor"/><path d="M10 1.8v2.4M10 15.8v2.4M1.8 10h2.4M15.8 10h2.4M4.2 4.2l1.7 1.7M14.1 14.1l1.7 1.7M4.2 15.8l1.7-1.7M14.1 5.9l1.7-1.7" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg>`,
  dark: `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8z" fill="currentColor"/></svg>`,
};

const SECTIONS = [
  { id: "home", name: "Home", href: "/index.html" },
  { id: "train", name: "Train", href: "/train/model.html" },
  { id: "inference", name: "Inference", href: "/inference/upload-image.html" },
];

/** The pages of the section Train, and those that belong to one of them. @type {{name: string, href: string, parts?: string[]}[]} */
const TRAIN_PAGES = [
  { name: "New run", href: "/train/model.html", parts: ["/train/gan.html"] },
  { name: "All runs", href: "/train/runs.html", parts: ["/train/progress.html"] },
  { name: "Compare generators", href: "/train/compare.html" },
  { name: "Try it", href: "/train/try.html" },
];

/** @returns {Theme} */
function currentTheme() {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "auto";
}

/** @param {Theme} theme */
function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const age = theme === "auto" ? 0 : 31536000;
  document.cookie = `inpaintgan_theme=${theme}; path=/; max-age=${age}; samesite=strict`;
  document.dispatchEvent(new CustomEvent("themechange"));
}

function themeButton() {
  const button = el("button", { type: "button", class: "button quiet icon", id: "theme-toggle" });
  const draw = () => {
    const theme = currentTheme();
    const names = { auto: "as the system", light: "light", dark: "dark" };
    button.innerHTML = THEME_SVG[theme];
    button.setAttribute("aria-label", `Theme: ${names[theme]}`);
    button.title = `Theme: ${names[theme]}`;
  };
  button.addEventListener("click", () => {
    /** @type {Theme[]} */
    const order = ["auto", "light", "dark"];
    const next = order[(order.indexOf(currentTheme()) + 1) % order.length];
    setTheme(next);
    draw();
  });
  draw();
  return button;
}

/** What may not be pressed and still has the focus; see `setUsable`. */
addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || !event.target.closest('[aria-disabled="true"]')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

function buildHeader() {
  const section = document.body.dataset.section ?? "";
  const brand = el("a", { class: "shell-brand", href: "/index.html" });
  brand.innerHTML = `${BRAND_SVG}<span>InpaintGAN</span>`;
  brand.setAttribute("aria-label", "InpaintGAN");
  const links = SECTIONS.map(({ id, name, href }) =>
    el("a", { href, "aria-current": id === section ? (location.pathname === href ? "page" : "true") : null }, name));
  return el("header", { class: "shell-header" }, brand, el("nav", { "aria-label": "Main" }, ...links),
    el("div", { class: "tools", id: "shell-tools" }, themeButton()));
}

function buildTrainNav() {
  const path = location.pathname;
  return el("nav", { class: "subnav", "aria-label": "Trainings" }, ...TRAIN_PAGES.map(({ name, href, parts = [] }) =>
    el("a", { href, "aria-current": path === href ? "page" : parts.includes(path) ? "true" : null }, name)));
}

const statusText = el("span", { role: "status", id: "status" });

/**
 * Write the status line at the foot of the window; screen readers speak it.
 * @param {string} text
 * @param {{kind?: "info" | "ok" | "error"}} [options]
 */
export function say(text, { kind = "info" } = {}) {
  statusText.dataset.kind = kind;
  statusText.textContent = text;
  statusText.title = text;
}

/**
 * Say a refusal in words: its message and its hint.
 * @param {unknown} error a BridgeError, or anything else that was thrown
 */
export function showError(error) {
  say(errorText(error), { kind: "error" });
}

/**
 * @param {unknown} error
 * @returns {string} message and hint as one text
 */
export function errorText(error) {
  const { message, hint } = /** @type {{message?: string, hint?: string}} */ (error ?? {});
  return [message || "Something unexpected happened.", hint].filter(Boolean).join(" ");
}

/** Where a page may put something of its own into the status line, at its right end. */
export const statusSide = el("span", { class: "row", id: "status-side" });

/** Tell the style how much of the page a fixed foot covers: it grows with what it has to say. */
function measureFoot() {
  const foot = /** @type {HTMLElement | null} */ (document.querySelector(".page-foot"));
  if (!foot) return;
  const measure = () => {
    const fixed = getComputedStyle(foot).position === "fixed";
    document.documentElement.style.setProperty("--foot-h", `${fixed ? foot.offsetHeight : 0}px`);
  };
  new ResizeObserver(measure).observe(foot);
  addEventListener("resize", measure);
}

function mount() {
  measureFoot();
  const main = document.querySelector("main");
  if (main && !main.id) main.id = "main";
  main?.setAttribute("tabindex", "-1");
  document.body.prepend(el("a", { class: "skip-link", href: "#main" }, "Skip to content"), buildHeader());
  if (document.body.dataset.section === "train") document.querySelector(".page-head")?.append(buildTrainNav());
  document.body.append(el("footer", { class: "shell-status" }, statusText, statusSide));
}

addEventListener("bridge-closed", (event) => {
  showError(/** @type {CustomEvent} */ (event).detail);
  // A mask or a fill would be lost to the browser's page about a refused connection: it asks first.
  if (document.body.dataset.section === "inference") addEventListener("beforeunload", (leaving) => leaving.preventDefault());
});

// Where no page takes it, a file that is let go over the window would make the browser leave the page for it.
for (const type of /** @type {const} */ (["dragover", "drop"])) {
  addEventListener(type, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });
}

mount();
