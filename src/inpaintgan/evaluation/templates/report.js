// What a report gains with scripts: a theme switch, sorting, values under the pointer, hiding of curves, large pictures.
"use strict";

{
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const label = () => { button.textContent = dark() ? "Light" : "Dark"; };
  const asked = location.hash.match(/^#(light|dark)$/);
  if (asked) root.dataset.theme = asked[1];
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
  button.hidden = false;
  label();
}

for (const node of document.querySelectorAll(".with-script")) node.hidden = false;

// Sorting: the better end first, then the other, then the order of the report.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const order = [...body.rows];
  const headings = [...[...table.tHead.rows].at(-1).cells];
  headings.forEach((cell, index) => {
    if (index === 0) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      const best = Number(cell.dataset.better) < 0 ? "ascending" : "descending";
      const other = best === "ascending" ? "descending" : "ascending";
      const next = { none: best, [best]: other, [other]: "none" }[cell.getAttribute("aria-sort") ?? "none"];
      headings.forEach((heading) => heading.removeAttribute("aria-sort"));
      if (next === "none") return body.append(...order);
      cell.setAttribute("aria-sort", next);
      const sign = next === "ascending" ? 1 : -1;
      const value = (row) => (row.cells[index].dataset.value === undefined ? null : Number(row.cells[index].dataset.value));
      body.append(...[...order].sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null);
        return sign * (x - y);
      }));
    });
  });
}

// Values under the pointer.
for (const card of document.querySelectorAll(".chart-card")) {
  const svg = card.querySelector("svg");
  const cursor = svg.querySelector(".cursor");
  const output = card.querySelector(".values");
  const [left, right, top, bottom, x1, y0, y1] = ["left", "right", "top", "bottom", "x1", "y0", "y1"].map((key) => Number(svg.dataset[key]));
  const lines = [...svg.querySelectorAll(".line")].map((node) => ({
    node, name: node.dataset.name, points: [...node.querySelectorAll("polyline")].flatMap((line) => [...line.points]),
  }));
  const show = (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    if (x < left - 10 || x > right + 10) return hide();
    const found = lines.filter(({ node, points }) => points.length && !node.classList.contains("faded"))
      .map(({ node, name, points }) => ({ node, name, point: points.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a)) }));
    if (!found.length) return hide();
    const at = found[0].point.x;
    for (const [key, value] of Object.entries({ x1: at, x2: at, y1: top, y2: bottom })) cursor.setAttribute(key, value);
    cursor.removeAttribute("hidden");
    const step = document.createElement("span");
    const where = Math.round((at - left) / (right - left) * x1).toLocaleString("en");
    step.textContent = card.dataset.unit ? `${where} ${card.dataset.unit}` : `step ${where}`;
    // Seeds of one generator share a line of text: their mean.
    const groups = Map.groupBy(found, ({ name }) => name.split(", seed ")[0]);
    output.replaceChildren(step, ...[...groups].map(([name, members]) => {
      const span = document.createElement("span");
      const swatch = document.createElement("i");
      swatch.className = `swatch ${[...members[0].node.classList].find((word) => /^c\d$/.test(word))}`;
      const values = members.map(({ point }) => y0 + (bottom - point.y) / (bottom - top) * (y1 - y0));
      span.append(swatch, `${name} ${(values.reduce((sum, value) => sum + value) / values.length).toPrecision(3)}`);
      return span;
    }));
  };
  const hide = () => { cursor.setAttribute("hidden", "hidden"); output.replaceChildren(); };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerleave", hide);
}

// The legend hides and shows a generator's curves.
for (const item of document.querySelectorAll(".legend li")) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  button.append(...item.childNodes);
  item.append(button);
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    for (const line of document.querySelectorAll(".chart .line")) {
      const name = line.dataset.name;
      if (name === item.dataset.name || name.startsWith(`${item.dataset.name}, seed `)) line.classList.toggle("faded", !shown);
    }
  });
}

// Large pictures.
{
  const dialog = document.getElementById("zoom");
  const [large, text, close] = ["img", "p", "button"].map((name) => dialog.querySelector(name));
  close.addEventListener("click", () => dialog.close());
  for (const picture of document.querySelectorAll(".samples img")) {
    picture.classList.add("zooms");
    picture.tabIndex = 0;
    const open = () => { large.src = picture.src; large.alt = text.textContent = picture.alt; dialog.showModal(); };
    picture.addEventListener("click", open);
    picture.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  }
}
