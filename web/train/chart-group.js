// Charts of one page that follow its two controls, of a logarithmic axis and of smoothing.

import { Chart } from "../js/chart.js";
import { byId } from "../js/dom.js";

const log = () => byId("log-scale", HTMLInputElement);
const smoothing = () => byId("smoothing", HTMLInputElement);

/**
 * Add a chart that does as the page's controls say, now and later.
 * @param {HTMLElement} place
 * @param {string} title
 * @param {{isLoss?: boolean, exact?: boolean, range?: [number, number], unit?: string}} options isLoss: a logarithmic axis suits
 *   its values; exact: never smoothed, as they are not noisy
 * @returns {Chart}
 */
export function addChart(place, title, { isLoss = false, exact = false, ...look }) {
  const chart = new Chart(title, look);
  const follow = () => {
    chart.log = isLoss && log().checked;
    chart.smoothing = exact ? 0 : smoothing().valueAsNumber;
  };
  const again = () => {
    follow();
    chart.draw();
  };
  follow();
  if (isLoss) log().addEventListener("change", again);
  if (!exact) smoothing().addEventListener("input", again);
  place.append(chart.node);
  return chart;
}
