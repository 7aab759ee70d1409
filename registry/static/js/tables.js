// A box above a short table that hides the rows without the words typed: <input data-filter-rows="id of the table">.
// Long lists are filtered by the server.

for (const box of document.querySelectorAll("[data-filter-rows]")) {
  const rows = document.querySelectorAll(`#${CSS.escape(box.dataset.filterRows)} tbody tr`);
  const count = document.querySelector(`[data-filter-count="${CSS.escape(box.dataset.filterRows)}"]`);
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("input", () => {
    const words = box.value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      const said = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => said.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    if (count) count.textContent = box.value.trim() ? `${shown} 条` : "";
  });
}
