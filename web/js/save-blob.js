// Files that the browser saves.

const TIME_TO_SAVE_MS = 60_000;

/**
 * Have the browser save something as a file.
 * @param {string} url
 * @param {string} name
 */
export function download(url, name) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/**
 * The same for what the page has made itself.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  download(url, name);
  setTimeout(() => URL.revokeObjectURL(url), TIME_TO_SAVE_MS);
}
