/* Loaded before the first paint, as a plain script: a module would show the other theme for a moment.
 * The choice is a cookie because the port, and with it local storage, may change with every start. */
(function () {
  const found = /(?:^|; )inpaintgan_theme=(light|dark)/.exec(document.cookie);
  if (found) document.documentElement.dataset.theme = found[1];
})();
