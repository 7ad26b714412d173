// Buttons in drawn parts say what they do; one listener hears them all, however often the part is drawn anew.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) trigger("click", { act: button.dataset.act, value: button.dataset.value ?? "" });
});
