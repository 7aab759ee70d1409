// A code read with the camera, where the browser can: it fills the box and sends it. Elsewhere the text is pasted.
"use strict";

const EVERY = 250;   // ms between two looks

const watch = async (box, video, said) => {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const look = async () => {
    const [code] = await detector.detect(video);
    if (!code) {
      setTimeout(look, EVERY);
      return;
    }
    stream.getTracks().forEach((track) => track.stop());
    video.hidden = true;
    said.textContent = "已读出，正在识别…";
    box.value = code.rawValue;
    box.form.requestSubmit();
  };
  look();
};

const canScan = async () => {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
};

for (const part of document.querySelectorAll("[data-scan]")) {
  const [way, said] = [part.querySelector("[data-scan-camera]"), part.querySelector("[data-scan-said]")];
  const [box, video] = [part.querySelector("textarea"), part.querySelector("video")];
  canScan().then((able) => { way.hidden = !able; });
  way.querySelector("button").addEventListener("click", () => {
    said.textContent = "请把二维码放在画面中间";
    watch(box, video, said).catch(() => { said.textContent = "打不开相机，请检查授权，或者粘贴二维码内容"; });
  });
}
