/**
 * Looks at the page that it runs in, and gives what `Look` in look.ts says. Not TypeScript, since
 * the rest of the project is checked without the browser's types.
 */
(() => {
  const broken = [];
  const faint = new Set();
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  // WCAG 2.2: relative luminance and contrast ratio.
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const background = (element) => {
    if (element === null) return "rgb(255, 255, 255)";
    const { backgroundColor } = getComputedStyle(element);
    return channels(backgroundColor)[3] === 0 ? background(element.parentElement) : backgroundColor;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.textContent;
    const element = node.parentElement;
    if (text.trim() === "") continue;
    const { color } = getComputedStyle(element);
    const [one, other] = [luminance(color), luminance(background(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    // A colour that is see-through would have to be mixed first: none is allowed.
    const isOpaque = channels(color).length === 3;
    if (contrast < 4.5 || !isOpaque) faint.add(`${text.trim()} (${contrast.toFixed(2)}, ${color})`);
    // A path or a command may go over lines: it has no words.
    if (element.closest("code, pre") !== null) continue;
    for (const word of text.matchAll(/[^\s/-]+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) broken.push(word[0]);
    }
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  return {
    text: document.body.innerText,
    overflow: scrollWidth - clientWidth,
    broken,
    faint: [...faint],
  };
})();
