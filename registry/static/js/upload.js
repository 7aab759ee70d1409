// Sends a file in pieces while the rest of the form is filled in, and goes on where a broken line left off.
//
// The block marked [data-upload="/uploads"] holds the file input, a [role=status] line and a <progress>.
// The number of the finished upload goes into a hidden field beside the input, and the file itself is not
// sent again. When this script fails for good, the file stays chosen and goes with the form.

const KB = 1024;
const SMALLEST = 256 * KB;
const FIRST = 8 * KB * KB;
const LARGEST = 64 * KB * KB;
const PATIENCE = 8;        // failures in a row before asking the person
const LONGEST_WAIT = 20;   // seconds

export class Refused extends Error {}

for (const block of document.querySelectorAll("[data-upload]")) watch(block);

function watch(block) {
  const input = block.querySelector("input[type=file]");
  const hidden = hiddenBeside(input);
  const said = block.querySelector("[role=status]");
  const bar = block.querySelector("progress");
  const needed = input.required;
  let sending = 0;   // the number of the file chosen last; an older one that is still on its way stops
  let told = false;  // that the form waits for the file: the bar goes on, the words stay

  input.addEventListener("change", () => { if (input.files.length) start(input.files[0]); });
  input.form.addEventListener("submit", (event) => {
    if (!bar.hidden) {
      event.preventDefault();
      told = true;
      say("文件正在上传，请等上传完成后再提交。");
    }
  });
  if (hidden.value) {
    settle(hidden.value);
    say("文件已上传。");
  }

  async function start(file) {
    const mine = ++sending;
    told = false;
    settle("");
    bar.value = 0;
    bar.hidden = false;
    say(`正在上传 ${file.name}（${measured(file.size)}）`);
    try {
      const done = await sent(file, new Line(block.dataset.upload, input.form), () => mine === sending, show);
      if (mine === sending) finished(done);
    } catch (problem) {
      if (mine === sending) failed(problem);
    }
    if (mine === sending) bar.hidden = true;
  }

  function show(received, size) {
    const percent = Math.floor(received / size * 100);
    if (!told && Math.floor(percent / 10) > Math.floor(bar.value / 10)) say(`已上传 ${percent}%`);
    bar.value = percent;
  }

  function finished(upload) {
    settle(upload.id);
    input.value = "";
    say(`已上传：${upload.name}（${measured(upload.size)}）`);
  }

  function failed(problem) {
    if (problem instanceof Refused) input.value = "";
    say(problem instanceof Refused ? problem.message : "网络中断。重新选择同一文件可从断点继续；也可直接提交表单。");
  }

  function settle(number) {
    hidden.value = number;
    input.required = needed && !number;
  }

  function say(words) { said.textContent = words; }
}

function hiddenBeside(input) {
  const name = `${input.name}_upload`;
  const known = input.form.querySelector(`input[type=hidden][name="${name}"]`);
  if (known) return known;
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = name;
  input.after(hidden);
  return hidden;
}

// Returns the finished upload. `wanted` tells whether anybody still waits for it.
export async function sent(file, line, wanted, show) {
  let upload = await resumed(file, line) ?? await line.begin(file);
  remember(file, upload.id);
  let size = FIRST;
  let failures = 0;
  while (upload.state === "receiving" && upload.received < file.size && wanted()) {
    const from = upload.received;
    try {
      const piece = file.slice(from, from + size);
      upload = await line.send(upload.id, from, piece, (loaded) => show(from + loaded, file.size));
      size = Math.min(size * 2, LARGEST);
      failures = 0;
    } catch (problem) {
      if (problem instanceof Refused || ++failures > PATIENCE) throw problem;
      size = Math.max(size / 8, SMALLEST);
      await seconds(Math.min(2 ** failures / 2, LONGEST_WAIT));
      upload = await line.ask(upload.id).catch(() => upload) ?? upload;
    }
  }
  if (upload.state === "receiving" && wanted()) upload = await line.finish(upload.id);
  if (upload.state === "complete") forget(file);
  return upload;
}

async function resumed(file, line) {
  const id = sessionStorage.getItem(markOf(file));
  const upload = id && await line.ask(id).catch(() => null);
  return upload?.state === "receiving" && upload.size === file.size ? upload : null;
}

// The four requests. Each resolves to the upload as the server describes it; a refusal is thrown as Refused,
// a broken line as any other error.
export class Line {
  constructor(address, form) {
    this.address = address;
    this.token = form.querySelector("input[name=csrf_token]")?.value ?? "";
  }

  begin(file) {
    return this.request("POST", "", JSON.stringify({ name: file.name, type: file.type, size: file.size }));
  }

  ask(id) { return this.request("GET", `/${id}`, null); }

  send(id, offset, piece, progress) { return this.request("PUT", `/${id}?offset=${offset}`, piece, progress); }

  finish(id) { return this.request("POST", `/${id}/finish`, "{}"); }

  request(method, path, body, progress = () => {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();   // fetch() cannot tell how much of a body has been sent
      request.open(method, this.address + path);
      request.responseType = "json";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", this.token);
      if (body !== null) {
        request.setRequestHeader("Content-Type", method === "PUT" ? "application/octet-stream" : "application/json");
      }
      request.upload.addEventListener("progress", (event) => progress(event.loaded));
      request.addEventListener("load", () => conclude(request, resolve, reject));
      for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => reject(new Error(end)));
      request.send(body);
    });
  }
}

function conclude(request, resolve, reject) {
  const answer = request.response;
  if (request.status >= 200 && request.status < 300 && answer) return resolve(answer);
  const passing = request.status >= 500 || answer?.code === "upload.out-of-order" || request.status === 408;
  if (passing) return reject(new Error(String(request.status)));
  return reject(new Refused(answer?.message ?? "文件未被接收，请刷新页面后再试。"));
}

function markOf(file) { return `upload:${file.name}:${file.size}:${file.lastModified}`; }
function remember(file, id) { sessionStorage.setItem(markOf(file), id); }
function forget(file) { sessionStorage.removeItem(markOf(file)); }
function seconds(count) { return new Promise((resolve) => { setTimeout(resolve, count * 1000); }); }

export function measured(bytes) {
  return bytes < KB * KB ? `${Math.max(1, Math.round(bytes / KB))} KB` : `${(bytes / KB / KB).toFixed(1)} MB`;
}
