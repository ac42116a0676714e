// Files that are dropped anywhere in the window, or pasted.

/**
 * @param {(files: File[], folder: boolean) => void} take called with what was dropped, and whether a folder is among it; no
 *   files for text, links and pictures of web pages
 * @param {HTMLElement} [place] marked with `data-over` while files are held over the window
 */
export function takeDrops(take, place) {
  let inside = 0;
  const hover = (/** @type {DragEvent} */ event, /** @type {1 | -1} */ change) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    inside += change;
    place?.toggleAttribute("data-over", inside > 0);
  };
  document.addEventListener("dragenter", (event) => hover(event, 1));
  document.addEventListener("dragleave", (event) => hover(event, -1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    inside = 0;
    place?.removeAttribute("data-over");
    const { files = [], items = [] } = event.dataTransfer ?? {};
    take([...files], [...items].some((item) => item.webkitGetAsEntry()?.isDirectory));
  });
}

/**
 * @param {(files: File[]) => void} take called with files that are pasted; text is left to the fields
 * @param {() => void} [otherwise] called when there is no file
 */
export function takePasted(take, otherwise = () => undefined) {
  document.addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData?.files.length) take([...clipboardData.files]);
    else otherwise();
  });
}
