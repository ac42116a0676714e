// Growing and shrinking a map by a number of pixels, with a round element.

/** @typedef {import("./bitmap.js").Bitmap} Bitmap */

/**
 * Every pixel at most `radius` pixels away from a one becomes one.
 *
 * Row by row: each run of ones of the rows around adds an interval that is wider by the circle's chord there; a running
 * sum over the interval ends tells which pixels are covered. The work goes with the outline, not with radius squared
 * times area.
 * @param {Bitmap} map
 * @param {number} radius pixels
 * @returns {Uint8Array} the grown values
 */
export function grow(map, radius) {
  return dilate(map.data, map.width, map.height, radius);
}

/**
 * Every pixel at most `radius` pixels away from a zero becomes zero. What lies outside the picture counts as one, so a
 * mask that reaches the picture's border keeps reaching it.
 * @param {Bitmap} map
 * @param {number} radius pixels
 * @returns {Uint8Array} the shrunk values
 */
export function shrink(map, radius) {
  const inverse = map.data.map((value) => 1 - value);
  const grown = dilate(inverse, map.width, map.height, radius);
  for (let i = 0; i < grown.length; i++) grown[i] = 1 - grown[i];
  return grown;
}

/**
 * @param {Uint8Array} data
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 * @returns {Uint8Array}
 */
function dilate(data, width, height, radius) {
  const chords = Array.from({ length: radius + 1 }, (_, dy) => Math.floor(Math.sqrt(radius * radius - dy * dy)));
  const runs = Array.from({ length: height }, (_, y) => runsOf(data, y * width, width));
  const out = new Uint8Array(data.length);
  const ends = new Int32Array(width + 1);
  for (let y = 0; y < height; y++) {
    let any = false;
    const last = Math.min(height - 1, y + radius);
    for (let from = Math.max(0, y - radius); from <= last; from++) {
      const chord = chords[Math.abs(from - y)];
      const row = runs[from];
      for (let i = 0; i < row.length; i += 2) {
        ends[Math.max(0, row[i] - chord)]++;
        ends[Math.min(width, row[i + 1] + chord)]--;
        any = true;
      }
    }
    if (!any) continue;
    let covered = 0;
    const start = y * width;
    for (let x = 0; x < width; x++) {
      covered += ends[x];
      if (covered > 0) out[start + x] = 1;
    }
    ends.fill(0);
  }
  return out;
}

/**
 * @param {Uint8Array} data
 * @param {number} start index of the row's first pixel
 * @param {number} width
 * @returns {number[]} first and past-the-last column of each run of ones
 */
function runsOf(data, start, width) {
  const row = data.subarray(start, start + width);
  const runs = [];
  let x = row.indexOf(1);
  while (x >= 0) {
    const zero = row.indexOf(0, x);
    runs.push(x, zero < 0 ? width : zero);
    x = zero < 0 ? -1 : row.indexOf(1, zero);
  }
  return runs;
}
