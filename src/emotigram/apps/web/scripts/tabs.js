// The panel shown is the browser's own affair; it outlasts every new drawing of tabs and panels.
const tools = () => document.querySelector("#tools");
const buttons = () => [...element.querySelectorAll("[role=tab]")];

function show(tab) {
  tools().dataset.tab = tab;
  for (const button of buttons()) {
    const isChosen = button.dataset.tab === tab;
    button.setAttribute("aria-selected", String(isChosen));
    button.tabIndex = isChosen ? 0 : -1;
  }
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("[role=tab]");
  if (button) show(button.dataset.tab);
});

element.addEventListener("keydown", (event) => {
  const all = buttons();
  const at = all.indexOf(event.target);
  const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: all.length - 1 - at };
  if (at < 0 || !(event.key in steps)) return;
  event.preventDefault();
  const next = all[(at + steps[event.key] + all.length) % all.length];
  show(next.dataset.tab);
  next.focus();
});

watch("value", () => show(tools().dataset.tab ?? "preview"));
