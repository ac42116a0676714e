// The save dialog: name, format, download, and the receipt of what changed outside the mask.

import { call } from "../js/bridge.js";
import { byId, setFault } from "../js/dom.js";
import { download } from "../js/save-blob.js";
import { errorText, say, showError } from "../js/shell.js";
import { hintText, likeOriginal, lossesWith, receipt as receiptOf, usualQuality } from "./save-words.js";
import { splitName } from "./steps.js";

/** @typedef {Record<string, import("./save-words.js").Format>} Formats   that can be written, by suffix */

/** What no file name may hold, on one system or another. */
const FORBIDDEN = /[\\/:*?"<>|]/;
/** Longer names than the program gives are cut at their end, where this one says what it is. */
const STEM_LENGTH = 100;

/**
 * Connect the dialog once; the returned function opens it.
 * @param {{id: string, name: string} & import("./save-words.js").Picture} picture
 * @param {Formats} formats
 * @param {() => {fill: number, hole_px: number} | null} current the result to save
 * @returns {() => void}
 */
export function saveDialog(picture, formats, current) {
  const dialog = byId("save-dialog", HTMLDialogElement);
  const name = byId("save-name", HTMLInputElement);
  const format = byId("save-format", HTMLSelectElement);
  const quality = byId("save-quality", HTMLInputElement);
  const button = byId("save-now", HTMLButtonElement);
  const [close, receipt, error, flat] = [byId("save-close"), byId("receipt"), byId("save-error"), byId("save-flat")];
  /** The format of a suffix, when there is one. */
  const formatOf = (/** @type {string} */ suffix) => formats[suffix.toLowerCase()];
  const { stem: whose, suffix: own } = splitName(picture.name);
  const pictureStem = whose.replace(/_filled$/, ""); // of one that went on from a result
  const stem = `${pictureStem.length > STEM_LENGTH ? `${pictureStem.slice(0, STEM_LENGTH - 1)}…` : pictureStem}_filled`;
  /** A suffix of each format, the original's first where it can be written. */
  const suffixes = [...(formatOf(own) ? [own] : []), ...Object.keys(formats)].filter((suffix, i, all) =>
    all.findIndex((other) => formatOf(other) === formatOf(suffix) || formatOf(other).name === formatOf(suffix).name) === i);
  const optionText = (/** @type {string} */ suffix) => {
    const lossless = picture.losses[suffix.toLowerCase()].length ? "" : ", lossless";
    return suffix === own ? likeOriginal(picture, formatOf(own)) : formatOf(suffix).name + lossless;
  };
  format.replaceChildren(...suffixes.map((suffix) => new Option(optionText(suffix), suffix)));

  /** The quality that was typed; null is the usual one. */
  const chosenQuality = () => (formatOf(format.value).quality && quality.value ? quality.valueAsNumber : null);
  /** The name with its suffix. */
  const whole = () => name.value.trim() + (formatOf(splitName(name.value.trim()).suffix) ? "" : format.value);
  const describe = () => {
    const chosen = formatOf(format.value);
    const typed = name.value.trim();
    const note = typed && whole() !== typed ? ` Saved as ${whole()}.` : "";
    byId("save-quality-field").hidden = !chosen.quality;
    quality.placeholder = usualQuality(picture, picture.losses[format.value.toLowerCase()], format.value === own, chosen);
    flat.hidden = chosen.alpha || !picture.has_alpha;
    flat.textContent = `${chosen.name} does not support transparency: transparent areas become white. PNG keeps it.`;
    byId("save-hint").textContent = hintText(picture, lossesWith(picture, format.value, chosen, chosenQuality())) + note;
  };
  const renew = () => {
    receipt.hidden = true;
    for (const field of [name, quality]) setFault(field, error, "");
    close.textContent = "Cancel";
  };
  format.addEventListener("change", () => {
    const { stem: typed, suffix } = splitName(name.value.trim());
    name.value = (formatOf(suffix) ? typed : name.value.trim()) + format.value;
    describe();
    renew();
  });
  name.addEventListener("input", () => {
    const { suffix } = splitName(name.value.trim());
    // A typed suffix decides the format, one that is not in the list too.
    if (formatOf(suffix)) format.value = suffixes.find((one) => formatOf(one).name === formatOf(suffix).name) ?? format.value;
    describe();
    renew();
  });
  quality.addEventListener("input", () => {
    describe();
    renew();
  });

  const showReceipt = (/** @type {string} */ words, /** @type {boolean} */ good) => {
    receipt.textContent = words;
    receipt.classList.toggle("ok", good);
    receipt.classList.toggle("warn", !good);
    receipt.hidden = false;
  };

  /** How often the dialog was opened: what was saved from an earlier opening is said, but not shown in this one. */
  let opened = 0;
  const save = async () => {
    const turn = opened;
    const result = current();
    if (!result) return;
    const typed = name.value.trim();
    renew();
    if (!typed || typed === format.value) {
      setFault(name, error, "Give the file a name.");
      name.focus();
      return;
    }
    const forbidden = FORBIDDEN.exec(typed);
    if (forbidden) {
      setFault(name, error, `A file name cannot hold ${forbidden[0]}. The browser asks for the folder, or saves among the downloads.`);
      name.focus();
      return;
    }
    if (formatOf(format.value).quality && !quality.checkValidity()) {
      setFault(quality, error, "Quality is a whole number from 1 to 100.");
      quality.focus();
      return;
    }
    button.disabled = true;
    try {
      const saved = await call("save_fill", picture.id, result.fill, whole(), chosenQuality());
      download(saved.url, saved.name);
      const { words, same } = receiptOf(picture, result.hole_px, saved);
      // Green says that all is as it was.
      say(words, { kind: same ? "ok" : "info" });
      if (!dialog.open || turn !== opened) return;
      showReceipt(words, same);
      flat.hidden = true; // the receipt says it
      close.textContent = "Close";
    } catch (failure) {
      showError(failure);
      if (dialog.open && turn === opened) showReceipt(errorText(failure), false);
    } finally {
      if (turn === opened) button.disabled = false;
    }
  };
  byId("save-form").addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  close.addEventListener("click", () => dialog.close());

  return () => {
    if (!current()) return;
    opened += 1;
    button.disabled = false;
    name.value = stem + suffixes[0];
    format.value = suffixes[0];
    describe();
    renew();
    dialog.showModal();
    name.focus();
    name.setSelectionRange(0, stem.length);
  };
}
