// Photos are chosen, dropped anywhere on the page, or pasted; they go to the server's memory, and an event names them.
const input = document.createElement("input");
Object.assign(input, { type: "file", multiple: true, accept: "image/*,.heic,.heif,.avif", hidden: true });
element.parentElement.append(input);

async function send(file) {
  const name = file.name || "photo.jpg";
  if (file.size > Number(element.querySelector("[data-heaviest]").dataset.heaviest)) return { name, token: "" };
  try {
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await fetch("./page/photos", { method: "POST", headers, body: file });
    return { name, token: answer.ok ? await answer.text() : "" };
  } catch {
    return { name, token: "" };
  }
}

async function add(files) {
  const { most } = element.querySelector("[data-most]").dataset;
  const chosen = [...files];
  if (!chosen.length) return;
  element.toggleAttribute("data-sending", true);
  const sent = await Promise.all(chosen.slice(0, Number(most)).map(send));
  element.toggleAttribute("data-sending", false);
  const unsent = chosen.slice(Number(most)).map(({ name }) => ({ name, token: "" }));
  trigger("upload", { photos: [...sent, ...unsent] });
}

input.addEventListener("change", async () => {
  const files = [...input.files];
  input.value = "";
  await add(files);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick]")) input.click();
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  // office programs put a picture of the text beside it
  const isText = event.target.closest?.("textarea, input") && event.clipboardData.types.includes("text/plain");
  if (files.length && !isText) { event.preventDefault(); add(files); }
});
document.addEventListener("taken", (event) => add([event.detail]));

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
const drag = (isOver) => (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.body.toggleAttribute("data-dragging", isOver);
};
document.addEventListener("dragover", drag(true));
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drag(false)(event); });
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  drag(false)(event);
  add(event.dataTransfer.files);
});
