// Tells the registry that a plaque's page was opened: the plaque is there and can be read. Sends nothing else.
const place = document.querySelector("[data-seen]");
if (place) navigator.sendBeacon(place.dataset.seen);
