// The reports of the view in words: how many, and the newest of them, for eyes, keyboards and screen readers.

import { make } from "./dom.js";
import { day, page, say } from "./page.js";

export const LISTED = 40;

/** The count line and the list; `onOpen` gets the report of the line that was chosen. */
export function makeList({ count, list, names, onOpen }) {
  function line(feature) {
    const { category, status, received_at: at, reference } = feature.properties;
    const about = [page.statuses[status] ?? status, names.ground(feature), day(at)].filter(Boolean).join(" · ");
    const marks = { "data-status": status, "data-reference": reference };
    return make("li", {}, make("button", { type: "button", class: "item", ...marks, onclick: () => onOpen(feature) },
      make("span", { class: "dot" }),
      make("strong", {}, names.category(category)),
      make("span", { class: "quiet" }, about)));
  }

  return {
    /** Show these reports, the newest of `count`; `isView` says that they are those of a view of the map. */
    show({ features, count: n, isView }) {
      count.textContent = isView ? countOf(n) : newestOf(features.length, n);
      const lines = features.map(line);
      const hint = isView && n > features.length ? make("p", { class: "hint" }, say("listNewest", { n: LISTED })) : null;
      list.replaceChildren(...[lines.length ? make("ul", {}, lines) : null, hint].filter(Boolean));
    },

    /** Say something instead of reports. */
    say(title, text = "") {
      count.textContent = title;
      list.replaceChildren(...(text ? [make("p", { class: "hint" }, text)] : []));
    },
  };
}

function newestOf(n, all) {
  return say(n < all ? "newest" : "all", { n });
}

function countOf(n) {
  if (n === 0) return say("countNone");
  return n === 1 ? say("countOne") : say("countMany", { n });
}
