// Waits for background work shown by [data-waiting], and shows the page anew once it is done.
const PAUSE = 1500; // milliseconds

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("[data-waiting]")) setTimeout(look, PAUSE);
  else location.reload();
}

if (document.querySelector("[data-waiting]")) setTimeout(look, PAUSE);
