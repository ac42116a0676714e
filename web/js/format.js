// Numbers, times and names as people read them. Pure: no DOM, tested by node.

/**
 * A running timer: "0:05", "12:34", "1:02:03", "2 d 01:02:03".
 * @param {number | null | undefined} seconds
 * @returns {string}
 */
export function timer(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const days = Math.floor(whole / 86400);
  const hours = Math.floor(whole / 3600) % 24;
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  if (days) return `${days} d ${two(hours)}:${rest}`;
  return hours ? `${hours}:${rest}` : rest.replace(/^0/, "");
}

/**
 * A span in words, rounded to what matters: "40 s", "12 min", "3 h 20 min", "5 days".
 * @param {number | null | undefined} seconds
 * @returns {string}
 */
export function span(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const s = Math.max(0, seconds);
  if (s < 59.5) return `${Math.round(s)} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.round(hours / 24);
  if (days < 700) return `${count(days)} days`;
  return `${count(Math.round(days / 365))} years`;
}

/**
 * How long ago: "just now", "5 min ago", "yesterday", "3 days ago".
 * @param {number} time seconds since the epoch
 * @param {number} [now] the same
 * @returns {string}
 */
export function ago(time, now = Date.now() / 1000) {
  const s = Math.max(0, now - time);
  if (s < 50) return "just now";
  if (s < 24 * 3600) return `${span(s < 3600 ? s : Math.round(s / 3600) * 3600)} ago`;
  const days = Math.round(s / 86400);
  return days < 2 ? "yesterday" : `${days} days ago`;
}

/**
 * The time of day, with the date unless it is today's: "21:40", "Nov 29, 21:40".
 * @param {number} time seconds since the epoch
 * @param {number} [now] the same
 * @returns {string}
 */
export function clock(time, now = Date.now() / 1000) {
  const [then, today] = [new Date(1000 * time), new Date(1000 * now)];
  const isToday = then.toDateString() === today.toDateString();
  return then.toLocaleString("en", { ...(isToday ? {} : { month: "short", day: "numeric" }), hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/**
 * A whole number with thousands separated: "2,000,000".
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function count(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/**
 * A count with its noun: "1 picture", "1,200 pictures".
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 * @returns {string}
 */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/**
 * A measured value to three or four meaningful digits: "0.5124", "12.31", "1,234", "1.2e-5".
 * @param {number | null | undefined} value
 * @returns {string}
 */
export function measure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3) return value.toExponential(1);
  if (size < 1) return value.toFixed(4);
  if (size < 10) return value.toFixed(3);
  if (size < 100) return value.toFixed(2);
  if (size < 1000) return value.toFixed(1);
  return count(value);
}

/**
 * A setting's number as one types it, never in scientific notation: "0.00001", "2,000,000" stays "2000000".
 * @param {number} value
 * @returns {string}
 */
export function plain(value) {
  const text = String(value);
  if (!/e-/.test(text)) return text;
  return value.toFixed(20).replace(/0+$/, "");
}

/**
 * @param {number | null | undefined} share 0 to 1
 * @returns {string} "12 %"
 */
export function percent(share) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const value = share * 100;
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/**
 * A pace with two or three meaningful digits: "26.4", "0.35", "120".
 * @param {number} perSecond
 * @returns {string}
 */
export function pace(perSecond) {
  if (!Number.isFinite(perSecond) || perSecond <= 0) return "–";
  return perSecond >= 100 ? count(perSecond) : perSecond >= 1 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

/**
 * The end of a long path, with its beginning hidden.
 * @param {string} path
 * @param {number} [limit]
 * @returns {string}
 */
export function shortPath(path, limit = 48) {
  return path.length <= limit ? path : `…${path.slice(path.length - limit + 1)}`;
}
