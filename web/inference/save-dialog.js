// The save dialog: name, format, download, and the receipt of what changed outside the mask.

import { call } from "../js/bridge.js";
import { byId, setFault } from "../js/dom.js";
import { count } from "../js/format.js";
import { download } from "../js/save-blob.js";
import { errorText, say, showError } from "../js/shell.js";
import { fileSize, splitName } from "./steps.js";

/** @typedef {Record<string, {name: string, exact: boolean, alpha: boolean}>} Formats   that can be written, by suffix */

/** What no file name may hold, on one system or another. */
const FORBIDDEN = /[\\/:*?"<>|]/;

/**
 * Connect the dialog once; the returned function opens it.
 * @param {{id: string, name: string, width: number, height: number, notices: string[], has_alpha: boolean}} picture
 * @param {Formats} formats
 * @param {() => {fill: number, hole_px: number} | null} current the result to save
 * @returns {() => void}
 */
export function saveDialog(picture, formats, current) {
  const dialog = byId("save-dialog", HTMLDialogElement);
  const name = byId("save-name", HTMLInputElement);
  const format = byId("save-format", HTMLSelectElement);
  const button = byId("save-now", HTMLButtonElement);
  const [close, receipt, error, flat] = [byId("save-close"), byId("receipt"), byId("save-error"), byId("save-flat")];
  /** The format of a suffix, when there is one. */
  const formatOf = (/** @type {string} */ suffix) => formats[suffix.toLowerCase()];
  const { stem: pictureStem, suffix: own } = splitName(picture.name);
  const stem = `${pictureStem}_filled`;
  /** The original's, where it can be written, and PNG. */
  const suffixes = own.toLowerCase() === ".png" ? [own] : formatOf(own) ? [own, ".png"] : [".png"];
  const option = (/** @type {string} */ suffix, /** @type {string} */ note) => new Option(formatOf(suffix).name + note, suffix);
  format.replaceChildren(...suffixes.map((suffix, i) =>
    option(suffix, i === 0 && suffixes.length > 1 ? ", like the original" : ", lossless")));

  /** The name with its suffix. */
  const whole = () => name.value.trim() + (formatOf(splitName(name.value.trim()).suffix) ? "" : format.value);
  const describe = () => {
    const { exact, alpha, name: formatName } = formatOf(format.value);
    const typed = name.value.trim();
    const note = typed && whole() !== typed ? ` Saved as ${whole()}.` : "";
    flat.hidden = alpha || !picture.has_alpha;
    flat.textContent = `${formatName} does not support transparency: transparent areas become white. PNG keeps it.`;
    byId("save-hint").textContent = (exact
      ? "Outside the mask every pixel stays bit for bit as it was."
      : `${formatName} encodes the whole picture again, which slightly changes pixels everywhere. PNG does not.`) + note;
  };
  const renew = () => {
    receipt.hidden = true;
    setFault(name, error, "");
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
    // A typed suffix decides the format, one that is not offered too.
    if (formatOf(suffix)) {
      const same = [...format.options].find(({ value }) => value.toLowerCase() === suffix.toLowerCase());
      if (!same) format.add(option(suffix, formatOf(suffix).exact ? ", lossless" : ""));
      format.value = same?.value ?? suffix;
    }
    describe();
    renew();
  });

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
    button.disabled = true;
    try {
      const saved = await call("save_fill", picture.id, result.fill, whole());
      download(saved.url, saved.name);
      const outside = picture.width * picture.height - result.hole_px;
      const changed = saved.changed_outside_px;
      const news = saved.notices.filter((/** @type {string} */ text) => !picture.notices.includes(text));
      const words = [
        `${saved.name} is saved: ${saved.width} × ${saved.height}, ${fileSize(saved.bytes)}.`,
        changed === 0 ? `None of the ${count(outside)} pixels outside the mask changed.`
          : `${count(changed)} of the ${count(outside)} pixels outside the mask were changed by the compression.`,
        ...news,
      ].join(" ");
      // Green says that all is as it was.
      const same = !changed && !news.length;
      say(words, { kind: same ? "ok" : "info" });
      if (!dialog.open || turn !== opened) return;
      receipt.textContent = words;
      receipt.classList.toggle("ok", same);
      receipt.classList.toggle("warn", !same);
      receipt.hidden = false;
      flat.hidden = true; // the receipt says it
      close.textContent = "Close";
    } catch (failure) {
      if (dialog.open && turn === opened) setFault(name, error, errorText(failure));
      else showError(failure);
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
