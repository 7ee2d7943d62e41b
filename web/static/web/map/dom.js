// Elements made from text. Nothing that comes from outside is ever read as HTML.

/** An element with attributes, listeners (`onclick`) and children: elements, texts, or null for none. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
const STROKES = { close: "M6 6l12 12M18 6 6 18", previous: "M15 5l-7 7 7 7", next: "M9 5l7 7-7 7" };

/** A button with a drawn sign, named for those who hear it. `turns` mirrors it where the text runs right to left. */
export function iconButton(sign, label, onclick) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", STROKES[sign]);
  svg.append(path);
  const kind = sign === "close" ? "icon close" : "icon turns";
  return make("button", { type: "button", class: kind, "aria-label": label, title: label, onclick }, svg);
}
