// What the save dialog says: before saving, what a format makes of a picture; afterwards, what it made of it.

import { count } from "../js/format.js";

/**
 * @typedef {{name: string, alpha: boolean, quality: boolean, exact_at_100: boolean}} Format   `quality`: it can be chosen, and at
 *   100 some keep every pixel
 * @typedef {{width: number, height: number, notices: string[], conversion: string, has_alpha: boolean,
 *   losses: Record<string, string[]>}} Picture   `losses`: what makes pixels differ, by suffix, unless a quality is chosen
 */

const COMPRESSION = "the compression";

/** @param {number} bytes @returns {string} "3.2 MB" */
function fileSize(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** @param {string[]} words @returns {string} "a, b and c" */
const listed = (words) => [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" and ");

/**
 * @param {Picture} picture
 * @param {string} suffix
 * @param {Format} format of that suffix
 * @param {number | null} quality the one that is chosen
 * @returns {string[]} what will make pixels outside the mask differ
 */
export function lossesWith({ losses }, suffix, format, quality) {
  const usual = losses[suffix.toLowerCase()];
  if (quality === null || !format.quality) return usual;
  const others = usual.filter((word) => word !== COMPRESSION);
  return quality === 100 && format.exact_at_100 ? others : [...others, COMPRESSION];
}

/** @param {Picture} picture @param {string[]} losses @returns {string} what becomes of the pixels outside the mask */
export function hintText({ conversion }, losses) {
  const words = losses.length ? `Outside the mask pixels change by ${listed(losses)}. PNG keeps them.`
    : conversion ? "Otherwise every pixel outside the mask stays bit for bit as it was."
      : "Outside the mask every pixel stays bit for bit as it was.";
  return conversion ? `${conversion} ${words}` : words;
}

/**
 * @param {Picture} picture
 * @param {Format} format of the picture as it was opened
 * @returns {string} what this format is called in the list: a file of other colours is not like the original
 */
export const likeOriginal = ({ conversion }, { name }) => (conversion ? `${name} (RGB)` : `${name}, like the original`);

/**
 * @param {Picture} picture
 * @param {Picture["losses"][string]} losses without a chosen quality
 * @param {boolean} own whether it is the format of the picture as it was opened
 * @param {Format} format
 * @returns {string} the quality that is meant where none is typed
 */
export function usualQuality({ conversion }, losses, own, { exact_at_100: exactAt100 }) {
  if (!losses.includes(COMPRESSION)) return "lossless";
  return own && !conversion && !exactAt100 ? "like the original" : "95";
}

/**
 * @param {Picture} picture
 * @param {number} holePx
 * @param {{name: string, width: number, height: number, bytes: number, changed_outside_px: number, changed_by: string[],
 *   notices: string[]}} saved
 * @returns {{words: string, same: boolean}} `same`: all outside the mask is as it was
 */
export function receipt(picture, holePx, saved) {
  const { conversion } = picture;
  const outside = count(picture.width * picture.height - holePx);
  const news = saved.notices.filter((text) => !picture.notices.includes(text));
  const changed = saved.changed_outside_px;
  const words = [
    `${saved.name} is saved: ${saved.width} × ${saved.height}, ${fileSize(saved.bytes)}.`,
    conversion,
    changed ? `${count(changed)} of the ${outside} pixels outside the mask were changed by ${listed(saved.changed_by)}.`
      : `${conversion ? "Otherwise none" : "None"} of the ${outside} pixels outside the mask changed.`,
    ...news,
  ];
  return { words: words.filter(Boolean).join(" "), same: !changed && !news.length && !conversion };
}
