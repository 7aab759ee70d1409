// A slider beside the date: moving it sets the date, letting go asks for that day.

const DAY = 86_400_000;
const written = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });

for (const form of document.querySelectorAll("[data-day-slider]")) {
  const date = form.querySelector("input[type=date]");
  const slide = form.querySelector(".slide");
  const range = slide.querySelector("input[type=range]");
  const said = slide.querySelector("output");
  const since = Date.parse(date.min);

  function show(at) {
    said.textContent = written.format(at);
    range.setAttribute("aria-valuetext", said.textContent);
  }

  range.addEventListener("input", () => {
    const at = since + range.valueAsNumber * DAY;
    date.value = new Date(at).toISOString().slice(0, 10);
    show(at);
  });
  date.addEventListener("input", () => {
    if (!date.value) return;
    range.valueAsNumber = Math.round((Date.parse(date.value) - since) / DAY);
    show(Date.parse(date.value));
  });

  // Dragging asks once, when let go. Arrow keys ask half a second after the last press.
  let waiting;
  range.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), 500);
  });

  slide.hidden = false;
  range.setAttribute("aria-valuetext", said.textContent);
}
