// Many files at once: each is sent in pieces as soon as it is chosen or dropped, three at a time, and its number goes
// with the form. Without this script the files go with the form themselves.

import { Line, Refused, measured, sent } from "./upload.js";

const AT_ONCE = 3;

for (const block of document.querySelectorAll("[data-uploads]")) watch(block);

function watch(block) {
  const input = block.querySelector("input[type=file]");
  const list = block.querySelector(".upload-list");
  const waiting = [];
  let busy = 0;

  input.addEventListener("change", take);
  block.addEventListener("dragover", (event) => event.preventDefault());
  block.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
  input.form.addEventListener("submit", (event) => {
    if (busy || waiting.length) {
      event.preventDefault();
      list.lastElementChild?.scrollIntoView();
    }
  });

  if (input.files.length) take();   // chosen while this script was still on its way

  function take() {
    waiting.push(...[...input.files].map((file) => ({ file, row: rowFor(file) })));
    input.value = "";
    next();
  }

  function next() {
    while (busy < AT_ONCE && waiting.length) {
      busy += 1;
      send(waiting.shift()).finally(() => {
        busy -= 1;
        next();
      });
    }
  }

  async function send({ file, row }) {
    const say = (words) => { row.textContent = `${file.name}（${measured(file.size)}）：${words}`; };
    say("正在上传");
    try {
      const line = new Line(block.dataset.uploads, input.form);
      const done = await sent(file, line, () => true, (loaded, size) => say(`已上传 ${Math.floor(loaded / size * 100)}%`));
      if (done.state !== "complete") return say(done.reason ?? "未被接收");
      say("已上传");
      input.form.append(numberOf(done.id));
    } catch (problem) {
      say(problem instanceof Refused ? problem.message : "网络中断，请重新选择此文件，可从断点继续。");
    }
    return undefined;
  }

  function rowFor(file) {
    const row = document.createElement("li");
    row.textContent = `${file.name}：等待上传`;
    list.append(row);
    return row;
  }
}

function numberOf(id) {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = "uploads";
  hidden.value = id;
  return hidden;
}
