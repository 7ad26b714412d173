// Texts whose contrast with what is behind them is below 4.5:1 (WCAG 1.4.3), but for disabled and hidden ones.
() => {
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    return [...brush.getImageData(0, 0, 1, 1).data];
  };
  const linear = (each) => (each <= 10.31 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [red, green, blue] = rgba(colour).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (rgba(colour)[3] > 250) return colour;
    }
    return "white";
  };
  const skipped = ":disabled, option, style, script, [type=radio], .sr-only, .eg-sr";
  const hasText = (each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const faint = [];
  for (const each of document.querySelectorAll("body *")) {
    if (!(hasText(each) || each.value?.trim?.()) || !each.checkVisibility() || each.closest(skipped)) continue;
    const lights = [light(getComputedStyle(each).color), light(ground(each))].sort((a, b) => b - a);
    const contrast = (lights[0] + 0.05) / (lights[1] + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${each.className} ${each.textContent.trim().slice(0, 40)}`);
  }
  return faint;
}
