// Gradio's own input event comes with key presses alone: it misses pasting, deleting and every Chinese keyboard.
const typed = (event) => {
  if (event.target.closest(".eg-field")) setTimeout(() => trigger("input"));
};
document.addEventListener("input", typed);
document.addEventListener("compositionend", typed);
