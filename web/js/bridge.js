/**
 * The pages' only way to the program: calls over Eel, pictures over HTTP, training events over server-sent events.
 * No other file touches `eel`.
 */

/** A refusal in words, as the program gives it. */
export class BridgeError extends Error {
  /**
   * @param {string} code a stable name, e.g. "config-invalid"
   * @param {string} message one sentence for people
   * @param {string} [hint] what to do about it
   */
  constructor(code, message, hint = "") {
    super(message);
    this.name = "BridgeError";
    this.code = code;
    this.hint = hint;
  }
}

/** @param {unknown} error whatever was thrown @returns {string} the code of a refusal; empty for anything else */
export const codeOf = (error) => (error instanceof BridgeError ? error.code : "");

const MAX_PICTURE_BYTES = 200 * 2 ** 20;
const OUTLIVES_PAGE_BYTES = 60_000; // browsers send up to 64 KiB on for a page that is left
/** Where a mask is drawn, it can be kept without the program. */
const isDrawing = () => document.body.dataset.step === "mask";
const gone = () => {
  const seen = "The program was closed or restarted";
  if (isDrawing()) return new BridgeError("disconnected", `${seen}. “Save mask” still works here.`, "Save the mask before you leave this page.");
  const trainings = document.body.dataset.section === "inference" ? "" : "; trainings continue without it";
  return new BridgeError("disconnected", `${seen}${trainings}.`, "Start it again, or open the address it printed.");
};

/** @type {Set<(error: BridgeError) => void>} rejections of calls that wait for an answer */
const waiting = new Set();
let leaving = false;

/** @type {Promise<any>} the connected `eel` object */
const connected = connect();

async function connect() {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/eel.js";
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => reject(gone()));
    document.head.append(script);
  });
  const eel = /** @type {any} */ (globalThis).eel;
  const socket = eel._websocket;
  await new Promise((resolve, reject) => {
    if (socket.readyState === WebSocket.OPEN) resolve(undefined);
    socket.addEventListener("open", resolve);
    socket.addEventListener("close", () => reject(gone()));
  });
  socket.addEventListener("close", onClosed);
  document.documentElement.dataset.eel = "ready";
  return eel;
}

function onClosed() {
  if (leaving) return;
  document.documentElement.dataset.eel = "closed";
  for (const reject of waiting) reject(gone());
  waiting.clear();
  globalThis.dispatchEvent(new CustomEvent("bridge-closed", { detail: gone() }));
}

addEventListener("pagehide", () => {
  leaving = true;
});
// A page restored from the browser's cache has lost its connection for good.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
connected.catch(onClosed);

/** Resolves when the program can be called; rejects with a BridgeError when it is not there. */
export async function ready() {
  await connected;
}

/**
 * Call a function of the program.
 * @param {string} name
 * @param {...any} args plain JSON
 * @returns {Promise<any>} its value
 * @throws {BridgeError} the refusal in words, or code "disconnected"
 */
export async function call(name, ...args) {
  const eel = await connected;
  if (typeof eel[name] !== "function") throw new BridgeError("unknown-call", `The program has no function ${name}.`);
  if (eel._websocket.readyState !== WebSocket.OPEN) throw gone();
  const answer = await new Promise((resolve, reject) => {
    waiting.add(reject);
    eel[name](...args)().then(resolve, reject).finally(() => waiting.delete(reject));
  });
  return unwrap(answer);
}

/**
 * Follow a training. The browser reconnects by itself and continues after the last event it got.
 * @param {string} run
 * @param {number} after sequence number of the last event already known; 0 for all
 * @param {(events: any[]) => void} onEvents called with new events, oldest first
 * @param {{onConnection?: (state: "open" | "lost" | "closed") => void, onPast?: (past: any) => void}} [more] onConnection is
 *   told when the connection is lost (the browser tries again), found again, or refused for good; onPast gets a thinned past
 *   in place of more events than a page should load
 * @returns {() => void} ends the subscription
 */
export function subscribe(run, after, onEvents, { onConnection = () => {}, onPast = () => {} } = {}) {
  const address = `/api/runs/${encodeURIComponent(run)}/events?after=`;
  /** @type {EventSource | undefined} */
  let source;
  /** @type {any[]} */
  let batch = [];
  const deliver = () => {
    const events = batch;
    batch = [];
    if (events.length) onEvents(events);
  };
  const open = () => {
    source = new EventSource(address + after);
    source.addEventListener("message", (message) => {
      // The events of one batch arrive together; one call for all of them keeps the page from redrawing for each.
      if (!batch.length) setTimeout(deliver);
      batch.push(JSON.parse(message.data));
      after = Number(message.lastEventId);
    });
    source.addEventListener("past", (message) => {
      batch = [];
      onPast(JSON.parse(message.data));
      after = Number(message.lastEventId);
    });
    source.addEventListener("open", () => onConnection("open"));
    source.addEventListener("error", () => {
      const closed = source?.readyState === EventSource.CLOSED;
      if (closed) close(); // a page that is looked at again may have better luck
      onConnection(closed ? "closed" : "lost");
    });
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  // A browser has six connections for all tabs of a program; those in the background give theirs back.
  const follow = () => {
    if (document.hidden) close();
    else if (!source) open();
  };
  const end = () => {
    document.removeEventListener("visibilitychange", follow);
    removeEventListener("pagehide", end);
    close();
    batch = []; // its delivery may still be due
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", end);
  follow();
  return end;
}

/**
 * Hand a picture file to the program.
 * @param {File} file
 * @param {{isMap?: boolean}} [how] `isMap`: it is a mask or edges, which take no picture's place among those that stay open
 * @returns {Promise<any>} its picture_info
 */
export async function putPicture(file, { isMap = false } = {}) {
  if (file.size > MAX_PICTURE_BYTES) {
    throw new BridgeError("picture-too-large", `${file.name} is larger than 200 MB.`, "Make it smaller first.");
  }
  return put(`/api/pictures?name=${encodeURIComponent(file.name || "picture.png")}${isMap ? "&map=1" : ""}`, file);
}

/**
 * Hand the mask of a picture to the program.
 * @param {string} id
 * @param {Blob} blob PNG of the picture's size, white in the hole
 * @param {boolean} [isEmpty] whether nothing is masked, which is no work to go on with
 */
export async function putMask(id, blob, isEmpty = false) {
  return put(`/api/pictures/${id}/mask${isEmpty ? "?empty=1" : ""}`, blob, true);
}

/**
 * Hand edges drawn by the user to the program.
 * @param {string} id
 * @param {Blob} blob PNG of the picture's size, white lines on black
 * @param {boolean} [isEmpty] whether there are no lines
 */
export async function putEdges(id, blob, isEmpty = false) {
  return put(`/api/pictures/${id}/edges${isEmpty ? "?empty=1" : ""}`, blob, true);
}

/**
 * The address that the program will give a file, which tells a digest of it.
 * @param {string} id of the picture
 * @param {"mask" | "edges"} layer
 * @param {Blob} blob as it is handed over
 * @returns {Promise<string>} like a picture_info's `mask_url`
 */
export async function layerUrl(id, layer, blob) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return `/api/pictures/${id}/${layer}.png?v=${[...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * @param {string} url
 * @param {Blob} body
 * @param {boolean} [outlives] whether it is sent on when the page is left meanwhile
 */
async function put(url, body, outlives = false) {
  let response;
  try {
    response = await fetch(url, { method: "PUT", body, keepalive: outlives && body.size < OUTLIVES_PAGE_BYTES });
  } catch {
    throw gone();
  }
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  if (response.status === 403) {
    const first = isDrawing() ? "Save the mask, then open" : "Open";
    throw new BridgeError("refused", "This window belongs to an earlier start of the program.", `${first} the address that is printed now.`);
  }
  if (!isJson) throw new BridgeError("refused", `The program refused the upload (${response.status}).`);
  return unwrap(await response.json());
}

/** @param {any} answer */
function unwrap(answer) {
  if (answer?.error) throw new BridgeError(answer.error.code, answer.error.message, answer.error.hint);
  return answer?.value;
}
