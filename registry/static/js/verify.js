// Checks the proof of a plaque in the browser: the event's hash, its place in the tree, the ledger's signature.
//
// A classic script without a module, so that the page goes on working when it has been saved to disk. It asks
// nothing of any network. Formats: RFC 6962, c2sp.org/tlog-proof@v1, c2sp.org/signed-note (Ed25519).

"use strict";

(function () {
  const FORMAT = "c2sp.org/tlog-proof@v1";
  const ED25519 = 1;
  const HASH_BYTES = 32;
  const MOST = 2n ** 64n;
  const LONGEST_PATH = 64;

  class Malformed extends Error {}

  function refuse(said) {
    throw new Malformed(said);
  }

  const form = document.querySelector("[data-verify]");
  if (form) form.addEventListener("submit", (event) => { event.preventDefault(); check(); });

  async function check() {
    const [file] = form.elements.bundle.files;
    const result = document.querySelector("[data-verified]");
    result.replaceChildren();
    try {
      if (!file) refuse("请先选择存证文件（.json）。");
      const shown = await verified(await file.text(), form.elements.key.value.trim());
      result.append(notice("good", "存证成立", shown.checked), facts(shown.facts));
    } catch (wrong) {
      if (!(wrong instanceof Malformed)) throw wrong;
      result.append(notice("bad", "存证不成立", [wrong.message]));
    }
    result.focus();
  }

  // Returns {checked: sentences, facts: [[term, value]]}; throws Malformed when the proof shows nothing.
  async function verified(text, verifierKey) {
    if (!(globalThis.crypto && crypto.subtle)) refuse("此浏览器不能在本页校验签名，请换用新版浏览器，或用命令行核验。");
    const bundle = readBundle(text);
    const key = await parseKey(verifierKey);
    const proof = readProof(bundle.proof);
    const checkpoint = parseCheckpoint(await openNote(proof.note, key));
    if (checkpoint.origin !== key.name) refuse("检查点属于另一个账本。");
    const leaf = await sha256([0], utf8(bundle.event));
    const root = await climb(proof.index, checkpoint.size, leaf, proof.path);
    if (!root || hex(root) !== hex(checkpoint.root)) {
      refuse("该事件不在签名所示账本的这一位置：事件正文或证明被改动过。");
    }
    return {
      checked: [
        "检查点由所示公钥签名，未被改动。",
        `事件正文的哈希经 ${proof.path.length} 步到达检查点的根哈希：签名之时它已在账本之中。`,
      ],
      facts: [...said(bundle.event),
              ["账本", checkpoint.origin], ["签名时共有", `${checkpoint.size} 条`], ["位置", `第 ${proof.index} 位（自 0 起）`],
              ["公钥编号", hex(key.id)], ["根哈希", hex(checkpoint.root)]],
    };
  }

  function readBundle(text) {
    let bundle;
    try {
      bundle = JSON.parse(text);
    } catch {
      refuse("这不是存证文件：不是 JSON。");
    }
    if (!bundle || typeof bundle.event !== "string" || typeof bundle.proof !== "string") {
      refuse("这不是存证文件：应有 event 和 proof 两项。");
    }
    return bundle;
  }

  // What the proven bytes say; nothing here is taken from anywhere else.
  function said(body) {
    let event;
    try {
      event = JSON.parse(body);
    } catch {
      refuse("事件正文不是 JSON。");
    }
    const record = event.record || {};
    const plaque = record.facts;
    if (event.kind !== "plaque.issued" || !plaque) return [["事件", String(event.kind)], ["时刻", String(event.at)]];
    return [
      ["工程名称", plaque.project.name], ["建设地点", plaque.project.address], ["单位工程", plaque.unit.name],
      ["设计使用年限", `${plaque.unit.design_life_years} 年`],
      ...plaque.lines.map((line) => [line.role, `${line.organisation}　${line.post} ${line.leader}`]),
      ["制作日期", record.issued_on], ["标牌编码", record.code],
    ];
  }

  // name+hash+base64: the hash is the beginning of SHA-256(name ‖ "\n" ‖ algorithm ‖ key).
  async function parseKey(text) {
    const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-fA-F]{8})\+(\S+)$/.exec(text) || refuse("验证公钥应写作 name+hash+base64。");
    const typed = fromBase64(encoded);
    if (typed[0] !== ED25519 || typed.length !== 33) refuse("验证公钥不是 Ed25519 公钥。");
    const expected = (await sha256(utf8(`${name}\n`), typed)).slice(0, 4);
    if (hex(expected) !== id.toLowerCase()) refuse("验证公钥中的校验码与名称、公钥不符。");
    return { name, id: expected, raw: typed.slice(1) };
  }

  // The text of a signed note, once a signature by the key has been found right.
  async function openNote(note, key) {
    if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) refuse("除换行外不得有控制字符。");
    const end = note.lastIndexOf("\n\n");
    if (end < 0 || !note.endsWith("\n")) refuse("签名文书缺少空行后的签名。");
    const text = note.slice(0, end + 1);
    const mine = note.slice(end + 2, -1).split("\n").map(parseSignature)
      .filter((one) => one.name === key.name && hex(one.id) === hex(key.id));
    if (!mine.length) refuse("检查点不是由所示公钥签名的。");
    for (const one of mine) {
      if (!(await signedBy(key.raw, one.made, utf8(text)))) refuse("检查点的签名不正确。");
    }
    return text;
  }

  function parseSignature(line) {
    const [, name, encoded] = /^— ([^+\s]+) (\S+)$/.exec(line) || refuse("签名行的格式不正确。");
    const made = fromBase64(encoded);
    if (made.length < 5) refuse("签名过短。");
    return { name, id: made.slice(0, 4), made: made.slice(4) };
  }

  async function signedBy(raw, signature, data) {
    let key;
    try {
      key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    } catch {
      refuse("此浏览器还不支持 Ed25519 签名，请换用新版浏览器，或用命令行核验。");
    }
    return crypto.subtle.verify("Ed25519", key, signature, data);
  }

  function parseCheckpoint(text) {
    const lines = text.split("\n");
    if (lines.pop() !== "" || lines.length < 3 || lines.includes("")) refuse("检查点应至少有三行，每行都不为空。");
    const root = fromBase64(lines[2]);
    if (root.length !== HASH_BYTES) refuse("检查点的根哈希应为 32 字节。");
    return { origin: lines[0], size: decimal(lines[1]), root };
  }

  function readProof(text) {
    const end = text.indexOf("\n\n");
    const lines = end < 0 ? [] : text.slice(0, end).split("\n");
    if (lines.shift() !== FORMAT) refuse(`证明的首行应为 ${FORMAT}。`);
    if (lines.length && lines[0].startsWith("extra ")) fromBase64(lines.shift().slice("extra ".length));
    const [, number] = /^index (\S+)$/.exec(lines.shift() || "") || refuse("证明缺少序号行。");
    const path = lines.map(fromBase64);
    if (path.length > LONGEST_PATH || path.some((step) => step.length !== HASH_BYTES)) {
      refuse("证明的哈希应不多于 64 个，每个 32 字节。");
    }
    return { index: decimal(number), path, note: text.slice(end + 2) };
  }

  // RFC 9162 §2.1.3.2: the root that the path leads to from leaf `index` of `size`; null when its length is wrong.
  async function climb(index, size, leaf, path) {
    if (index >= size) return null;
    let [place, last, root] = [index, size - 1n, leaf];
    for (const step of path) {
      if (last === 0n) return null;
      if (place & 1n || place === last) {
        root = await sha256([1], step, root);
        while (place && !(place & 1n)) [place, last] = [place >> 1n, last >> 1n];
      } else {
        root = await sha256([1], root, step);
      }
      [place, last] = [place >> 1n, last >> 1n];
    }
    return last === 0n ? root : null;
  }

  function decimal(text) {
    if (!/^(0|[1-9][0-9]{0,19})$/.test(text) || BigInt(text) >= MOST) refuse("应为没有前导零的十进制数。");
    return BigInt(text);
  }

  function fromBase64(text) {
    let bytes;
    try {
      bytes = atob(text);
    } catch {
      refuse("不是 base64 编码。");
    }
    if (btoa(bytes) !== text) refuse("base64 编码不规范。");
    return Uint8Array.from(bytes, (one) => one.charCodeAt(0));
  }

  function utf8(text) {
    return new TextEncoder().encode(text);
  }

  async function sha256(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  }

  function hex(bytes) {
    return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  }

  function made(name, text = "", kind = "") {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    element.textContent = text;
    return element;
  }

  function notice(tone, title, sentences) {
    const [outer, inner, heading] = [made("div", "", `notice ${tone}`), made("div"), made("p")];
    heading.append(made("strong", title));
    inner.append(heading, ...sentences.map((one) => made("p", one)));
    outer.append(inner);
    return outer;
  }

  function facts(pairs) {
    const list = made("dl", "", "facts");
    for (const [term, value] of pairs) {
      const row = made("div");
      row.append(made("dt", term), made("dd", String(value)));
      list.append(row);
    }
    return list;
  }
})();
