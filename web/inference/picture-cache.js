// Decoded pictures, kept for another look at them while they do not take too much memory.

/** @typedef {{pixels: number, close: () => void}} Picture */

/**
 * @template {object} Key
 * @template {Picture} P
 */
export class PictureCache {
  /**
   * @param {(key: Key) => Promise<P>} decode
   * @param {(key: Key) => boolean} inSight whether a picture is on the screen: one that is stays, whatever it takes
   * @param {number} maxPixels of all that is kept
   */
  constructor(decode, inSight, maxPixels) {
    this.decode = decode;
    this.inSight = inSight;
    this.maxPixels = maxPixels;
    /** @type {Map<Key, {coming: Promise<P>, picture: P | null}>} the most recently asked for last */
    this.entries = new Map();
  }

  /**
   * @param {Key} key
   * @returns {Promise<P>} decoded once, however many ask for it meanwhile
   */
  get(key) {
    const entry = this.entries.get(key) ?? this.#begin(key);
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.coming;
  }

  /** @param {Key} key */
  #begin(key) {
    /** @type {{coming: Promise<P>, picture: P | null}} */
    const entry = { coming: this.decode(key), picture: null };
    entry.coming.then((picture) => {
      entry.picture = picture;
      this.#trim(key);
    }, () => this.entries.delete(key)); // the next who asks tries again
    return entry;
  }

  /** @param {Key} newest somebody is waiting for it */
  #trim(newest) {
    let pixels = [...this.entries.values()].reduce((sum, { picture }) => sum + (picture?.pixels ?? 0), 0);
    for (const [key, { picture }] of this.entries) {
      if (pixels <= this.maxPixels || this.entries.size <= 2) return; // two are always kept, to switch between them
      if (!picture || key === newest || this.inSight(key)) continue;
      pixels -= picture.pixels;
      picture.close();
      this.entries.delete(key);
    }
  }
}
