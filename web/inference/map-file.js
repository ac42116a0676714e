// A person's file that is to become the mask or the edges. TIFF, which scanners write, no browser reads: the program does.

import { putPicture } from "../js/bridge.js";
import { decoded } from "./editor/map-work.js";
import { fetched } from "./steps.js";

/**
 * @param {File} file
 * @param {number} width
 * @param {number} height
 * @returns {ReturnType<typeof decoded>} zeros and ones in the wanted size, see `decodeMap`
 */
export async function readMapFile(file, width, height) {
  const readable = /\.tiff?$/i.test(file.name) ? await fetched((await putPicture(file, { isMap: true })).url) : file;
  return decoded(readable, width, height);
}
