// A signature drawn with finger, pen or mouse. What is drawn goes into the hidden field as a PNG on white.

const INK = "#101820";
const PAPER = "#ffffff";
const WIDTH = 2.6;

for (const field of document.querySelectorAll("[data-signature]")) {
  sign(field, field.querySelector("canvas"), field.querySelector("input[type=hidden]"));
}

function sign(field, canvas, hidden) {
  const pad = field.querySelector(".pad");
  const undo = field.querySelector("[data-undo]");
  const clear = field.querySelector("[data-clear]");
  const said = pad.querySelector("[role=status]");
  const pen = canvas.getContext("2d");
  const strokes = [];
  let stroke = null;

  pad.hidden = false;
  fit();
  new ResizeObserver(fit).observe(canvas);

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [point(event)];
    strokes.push(stroke);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || !event.isPrimary) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) stroke.push(point(one));
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, keep);

  undo.addEventListener("click", () => { strokes.pop(); draw(); keep(); });
  clear.addEventListener("click", () => { strokes.length = 0; draw(); keep(); undo.focus(); });

  // Points are kept as parts of the pad's width, so that a turned phone keeps the drawing.
  function point(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width];
  }

  function fit() {
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = Math.round(canvas.clientWidth * sharp);
    canvas.height = Math.round(canvas.clientHeight * sharp);
    draw();
  }

  function draw() {
    pen.fillStyle = PAPER;
    if (strokes.length) pen.fillRect(0, 0, canvas.width, canvas.height);
    else pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = pen.fillStyle = INK;
    pen.lineWidth = WIDTH * Math.min(window.devicePixelRatio || 1, 2);
    pen.lineCap = pen.lineJoin = "round";
    for (const points of strokes) line(points.map(([x, y]) => [x * canvas.width, y * canvas.width]));
  }

  function line(points) {
    pen.beginPath();
    pen.moveTo(...points[0]);
    for (let i = 1; i < points.length - 1; i += 1) {
      const middle = [(points[i][0] + points[i + 1][0]) / 2, (points[i][1] + points[i + 1][1]) / 2];
      pen.quadraticCurveTo(...points[i], ...middle);
    }
    pen.lineTo(...points[points.length - 1]);
    pen.stroke();
  }

  function keep() {
    stroke = null;
    hidden.value = strokes.length ? canvas.toDataURL("image/png") : "";
    undo.disabled = clear.disabled = !strokes.length;
    pad.classList.toggle("written", strokes.length > 0);
    said.textContent = strokes.length ? "已签写" : "";
  }
}
