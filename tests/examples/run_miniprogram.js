// Runs the mini-program's page in node, with the few functions of wx that it uses, and prints what a user would see.
// Usage: node run_miniprogram.js FOLDER SERVER PHOTO BROKEN_PHOTO

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const [folder, server, photo, broken] = process.argv.slice(2);
const seen = { clipboard: "", progress: [], calls: [] };
let chosen = photo;

async function answer(url, options, { success, fail }, isText) {
  seen.calls.push(`${options.method} ${new URL(url).pathname.replace(/\/r_.*/, "/{id}")}`);
  try {
    const response = await fetch(url, options);
    const data = await response.text();
    success({ statusCode: response.status, data: isText ? data : JSON.parse(data) });
  } catch (error) {
    fail({ errMsg: String(error) });
  }
}

const wx = {
  chooseMedia: ({ success }) => success({ tempFiles: [{ tempFilePath: chosen }] }),
  setClipboardData: ({ data }) => (seen.clipboard = data),
  request: ({ url, method, data, header, ...then }) => {
    const body = data === undefined ? {} : { body: JSON.stringify(data) };
    void answer(url, { method, headers: header, ...body }, then, false);
  },
  uploadFile: ({ url, filePath, name, formData, header, ...then }) => {
    const body = new FormData();
    for (const [field, value] of Object.entries(formData)) {
      if (typeof value !== "string") throw new TypeError(`${field} must be a string`);
      body.set(field, value);
    }
    body.set(name, new Blob([fs.readFileSync(filePath)]), path.basename(filePath));
    void answer(url, { method: "POST", headers: header, body }, then, true);
    return { onProgressUpdate: (tell) => tell({ progress: 100 }) };
  },
};

function load() {
  const source = fs.readFileSync(path.join(folder, "pages/index/index.js"), "utf8");
  let page;
  const configured = { ...require(path.join(folder, "config.js")), server };
  const context = { wx, require: () => configured, Page: (options) => (page = options), JSON, Promise, Number, String, Math };
  vm.runInNewContext(source, context);
  return Object.assign(page, {
    data: structuredClone(page.data),
    setData(changes) {
      Object.assign(this.data, changes);
      if (changes.progress) seen.progress.push(changes.progress);
    },
  });
}

async function until(isThere) {
  for (let tries = 0; !isThere(); tries += 1) {
    if (tries > 2000) throw new Error("it took too long");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function main() {
  const page = load();
  page.onLoad();
  await until(() => page.data.styles.length);
  page.onStyle({ detail: { value: "2" } });
  page.onWords({ detail: { value: "终于到了！先歇一会儿。" } });
  page.onChoose();
  await page.onWrite();
  await until(() => page.data.mood);
  const first = structuredClone(page.data);
  page.onCopy();
  await page.onWrite();
  const second = structuredClone(page.data);
  chosen = broken;
  page.onChoose();
  await page.onWrite();
  console.log(JSON.stringify({ first, second, refused: page.data, seen }));
}

void main();
