// Where things of a run are: its pages and its pictures. Pure: no DOM.

const named = encodeURIComponent;

/** @param {string} run its name @returns {string} the page of the run */
export const runUrl = (run) => `/train/progress.html?run=${named(run)}`;

/** @param {string} run its name @returns {string} its settings, to be changed before it continues */
export const resumeUrl = (run) => `/train/gan.html?resume=${named(run)}`;

/** @param {string} checkpoint its path @returns {string} where a picture is filled with it */
export const fillUrl = (checkpoint) => `/inference/upload-image.html?checkpoint=${named(checkpoint)}`;

/** @param {string} run its name @param {{path: string}} sample as its event tells it @returns {string} the picture */
export const sampleUrl = (run, { path }) => `/api/runs/${named(run)}/samples/${named(path.split("/").pop() ?? "")}`;
