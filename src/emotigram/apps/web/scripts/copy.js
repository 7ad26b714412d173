// navigator.clipboard exists only on https and on this computer; elsewhere a selected field is copied.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

// What stands in the fields now, edited or not; the server need not have heard of the last letter.
const typed = (name) => document.querySelector(`#post-${name} :is(textarea, input)`)?.value ?? "";

function hashtags() {
  const form = document.querySelector(".eg-head")?.dataset.form || "#{tag}";
  // as clean_hashtags does, so that what is copied is what was counted
  const words = typed("hashtags").split(/[\s#＃,，、]+/).map((word) => word.replace(/[^\p{L}\p{M}\p{N}_]/gu, ""));
  const tags = new Map(words.filter((word) => /\p{L}/u.test(word)).map((word) => [word.toLowerCase(), word]));
  return [...tags.values()].map((tag) => form.replace("{tag}", () => tag)).join(" ");
}

function wanted(button) {
  const { copy: text, copyField: field } = button.dataset;
  if (text !== undefined) return text;
  if (field === "hashtags") return hashtags();
  return field === "post" ? [typed("text"), hashtags()].filter(Boolean).join("\n\n") : typed(field);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-field]");
  if (!button) return;
  await copy(wanted(button));
  const label = button.querySelector("span");
  const before = label.textContent;
  if (before === button.dataset.copied) return;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 1600);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unfold]");
  if (!button) return;
  const fold = button.closest(".eg-fold");
  fold.querySelector(".eg-rest").hidden = false;
  fold.querySelector(".eg-dots").hidden = true;
  button.setAttribute("aria-expanded", "true");
  button.hidden = true;
});
