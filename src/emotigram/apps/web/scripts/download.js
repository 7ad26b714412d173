// A zip file that is ready goes on its way at once, and once; the link stays for another time.
let last = "";
watch("value", () => {
  const link = element.querySelector("[data-download]");
  if (!link || link.href === last) return;
  last = link.href;
  link.click();
  link.focus();
});
