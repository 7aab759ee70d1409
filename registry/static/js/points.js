// Measured points: a row grows by ten when its last cell is filled, and a value beyond its limits shows at once.
"use strict";

const beyond = (cell) => {
  const value = Number(cell.value.normalize("NFKC").replace(/[−–]/g, "-"));
  const lower = cell.dataset.lower === "" ? -Infinity : Number(cell.dataset.lower);
  const upper = cell.dataset.upper === "" ? Infinity : Number(cell.dataset.upper);
  return cell.value.trim() !== "" && !Number.isNaN(value) && (value < lower || value > upper);
};

const grow = (row) => {
  const last = row.lastElementChild;
  for (let count = 0; count < 10; count += 1) {
    const cell = last.cloneNode();
    const number = row.children.length + 1;
    cell.value = "";
    cell.removeAttribute("aria-invalid");
    cell.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+(?=\D*$)/, String(number)));
    row.append(cell);
  }
};

document.querySelectorAll("[data-points] .cells").forEach((row) => {
  row.addEventListener("input", ({ target }) => {
    target.setAttribute("aria-invalid", String(beyond(target)));
    if (target === row.lastElementChild && target.value !== "" && row.children.length < 400) {
      grow(row);
    }
  });
});
