// A map of zeros and ones as a PNG file, both ways. White is one: the hole.

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */

const SIGNATURE = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const STRIP_PIXELS = 4e6;
const MOSTLY_WHITE = 0.6;
/** By how much the proportions of two sizes may differ that rounding made of one. */
const SAME_SHAPE = 0.02;
/** Tones that are neither near black nor near white, and the share of them that a blurred border does not explain. */
const GRAY_FROM = 40, GRAY_TO = 215, MOSTLY_GRAY = 0.25;

/** @type {Uint32Array} table of the checksum that PNG demands (ISO 3309) */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/**
 * Pack a map into a PNG of one bit a pixel: a fifty-megapixel mask is six megabytes before compression. Pages have it
 * done beside them, see map-work.js.
 * @param {Bitmap} map
 * @returns {Promise<Blob>}
 */
export async function encodeMask(map) {
  const { width, height, data } = map;
  const compressor = new CompressionStream("deflate");
  const compressed = new Response(compressor.readable).arrayBuffer();
  const writer = compressor.writable.getWriter();
  const rowBytes = 1 + Math.ceil(width / 8); // each row begins with its filter type, 0
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / width));
  for (let top = 0; top < height; top += rows) {
    const strip = new Uint8Array(rowBytes * Math.min(rows, height - top));
    for (let y = top; y < Math.min(height, top + rows); y++) {
      const to = (y - top) * rowBytes + 1;
      const from = y * width;
      for (let x = 0; x < width; x++) if (data[from + x]) strip[to + (x >> 3)] |= 0x80 >> (x & 7);
    }
    await writer.write(strip);
  }
  await writer.close();
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 1); // bits a pixel; the rest stays 0: gray, deflate, adaptive filters, not interlaced
  const parts = [SIGNATURE, chunk("IHDR", new Uint8Array(header.buffer)), chunk("IDAT", new Uint8Array(await compressed)),
    chunk("IEND", new Uint8Array())];
  return new Blob(/** @type {BlobPart[]} */ (parts), { type: "image/png" });
}

/**
 * @param {string} name
 * @param {Uint8Array} body
 * @returns {Uint8Array}
 */
function chunk(name, body) {
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i);
  out.set(body, 8);
  let crc = 0xffffffff;
  for (let i = 4; i < body.length + 8; i++) crc = CRC_TABLE[(crc ^ out[i]) & 0xff] ^ (crc >>> 8);
  view.setUint32(body.length + 8, (crc ^ 0xffffffff) >>> 0);
  return out;
}

/**
 * Read any picture file as a map of the wanted size, white being one.
 * @param {Blob} blob
 * @param {number} width
 * @param {number} height
 * @param {{byShape?: boolean}} [how] `byShape`: a file of one colour keeps its map in its transparency
 * @returns {Promise<{data: Uint8Array, resized: {width: number, height: number} | null, gray: number}>} zeros and ones,
 *   the size of the file when it was another, and the share of tones between black and white
 * @throws {Error} when the file cannot be read as a picture, in words
 */
export async function decodeMap(blob, width, height, { byShape = true } = {}) {
  let picture;
  try {
    picture = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch {
    throw new Error("This file could not be read as a mask: use PNG, TIFF, JPEG, WebP, BMP or GIF. A mask is a black and white picture, white where the hole is; edges are white lines on black.");
  }
  const same = picture.width === width && picture.height === height;
  const resized = same ? null : { width: picture.width, height: picture.height };
  const read = readTones(picture, width, height, byShape);
  picture.close();
  return { ...read, resized };
}

/**
 * What a person should know about a mask file that was read.
 * @param {Bitmap} map as it was read
 * @param {{resized: {width: number, height: number} | null, gray: number}} read from `decodeMap`
 * @returns {string[]}
 */
export function maskNotices({ width, height, coverage }, { resized, gray }) {
  const notices = [];
  if (gray > MOSTLY_GRAY) {
    notices.push(`It looks like a photo rather than a mask: ${Math.round(100 * gray)} % of it is neither black nor white. Its bright parts became the hole; Undo restores the previous mask.`);
  }
  if (resized) {
    const stretched = Math.abs(resized.width * height / (resized.height * width) - 1) > SAME_SHAPE;
    notices.push(`The mask was ${resized.width} × ${resized.height} and has been resized to the picture's ${width} × ${height}${stretched ? ", which stretched it" : ""}.`);
  }
  if (coverage === 0) notices.push("Nothing in it is white, so nothing is masked now. Undo restores the previous mask.");
  if (coverage > MOSTLY_WHITE) {
    const share = Math.round(coverage * 100);
    notices.push(`${share} % of it is white, which means hole. If it was meant the other way round, press Invert.`);
  }
  return notices;
}

/**
 * Light pixels become one; of a larger file, those with any light pixel in them, or thin lines would break. A file whose colours
 * are all alike keeps its shape in its transparency: then opaque is one.
 * @param {ImageBitmap} picture
 * @param {number} width
 * @param {number} height
 * @param {boolean} byShape
 * @returns {{data: Uint8Array, gray: number}}
 */
function readTones(picture, width, height, byShape) {
  const byTone = new Uint8Array(width * height);
  const byAlpha = new Uint8Array(width * height);
  const wide = Math.max(picture.width, width);
  const high = Math.max(picture.height, height);
  const rows = Math.max(1, Math.floor(STRIP_PIXELS / wide));
  const canvas = new OffscreenCanvas(wide, Math.min(rows, high));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingEnabled = false;
  const columns = Uint32Array.from({ length: wide }, (_, x) => Math.floor(x * width / wide));
  let [darkest, lightest, clearest, grays] = [255, 0, 255, 0];
  for (let top = 0; top < high; top += rows) {
    const end = Math.min(high, top + rows);
    context.clearRect(0, 0, wide, end - top);
    context.drawImage(picture, 0, -top, wide, high);
    const { data } = context.getImageData(0, 0, wide, end - top);
    for (let y = top, i = 0; y < end; y++) {
      const row = Math.floor(y * height / high) * width;
      for (let x = 0; x < wide; x++, i += 4) {
        const tone = (data[i] * 299 + data[i + 1] * 587 + data[i + 2] * 114) / 1000;
        const alpha = data[i + 3];
        const at = row + columns[x];
        if (alpha >= 128) {
          byAlpha[at] = 1;
          if (tone >= 127.5) byTone[at] = 1;
          if (tone > GRAY_FROM && tone < GRAY_TO) grays++;
          darkest = Math.min(darkest, tone);
          lightest = Math.max(lightest, tone);
        }
        clearest = Math.min(clearest, alpha);
      }
    }
  }
  if (byShape && clearest < 128 && lightest - darkest < 2) return { data: byAlpha, gray: 0 };
  return { data: byTone, gray: grays / (wide * high) };
}
