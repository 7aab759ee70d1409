// Loads, for what is on this page, the script that makes it handier. Every page also works without them.

const HELP = {
  "[data-copy]": "./copy.js",
  "[data-print]": "./print.js",
  "[data-signature]": "./signature.js",
  "[data-day-slider]": "./dayslider.js",
  "[data-filter-rows]": "./tables.js",
  "[data-upload]": "./upload.js",
};

const version = new URL(import.meta.url).search;

for (const [mark, script] of Object.entries(HELP)) {
  if (document.querySelector(mark)) import(script + version);
}

// A menu that opens over the page closes again on Escape, and when something else is pressed.
const MENUS = "details.menu, details.person, details.confirm, .masked details";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(MENUS)) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  }
});

// The browser's own way back keeps what was typed; the link alone would not.
document.querySelector("[data-back]")?.addEventListener("click", (event) => {
  if (history.length < 2) return;
  event.preventDefault();
  history.back();
});

// One press, one act: a second press on the way says nothing new.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Tabs wider than a phone begin with the one we are on in sight.
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  const row = here.closest("ul");
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

document.querySelector("[data-focus]")?.focus();
