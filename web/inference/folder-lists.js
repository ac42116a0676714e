// What became of single pictures of a folder: those that failed, and those that were filled with a remark.

import { byId, el } from "../js/dom.js";
import { plural } from "../js/format.js";
import { saveBlob } from "../js/save-blob.js";

/**
 * @typedef {{image: string, message: string, hint: string}} Row
 * @typedef {{failures: Row[], failed: number, remarks: Row[], remarked: number}} Outcome   more may be counted than listed
 */

/** @param {Outcome} outcome */
export function showLists({ failures, failed, remarks, remarked }) {
  show("failure", failures, `${plural(failed, "picture")} failed`);
  show("remark", remarks, `${plural(remarked, "picture")} filled with a remark`);
}

/** @param {"failure" | "remark"} what @param {Row[]} listed @param {string} title */
function show(what, listed, title) {
  byId(`${what}s`).hidden = !listed.length;
  byId(`${what}s-title`).textContent = title;
  const rows = byId(`${what}-rows`);
  for (const { image, message, hint } of listed.slice(rows.childElementCount)) {
    rows.append(el("tr", {}, el("td", {}, image), el("td", {}, [message, hint].filter(Boolean).join(" "))));
  }
}

export function clearLists() {
  for (const rows of ["failure-rows", "remark-rows"]) byId(rows).replaceChildren();
}

export function saveFailures() {
  const lines = [...byId("failure-rows").children].map((row) => [...row.children].map(({ textContent }) => textContent).join("\t"));
  saveBlob(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }), "failed.txt");
}
