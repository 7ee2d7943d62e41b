// What the reader wants to see: one group of categories or all, and some of the statuses.

import { make } from "./dom.js";
import { nameOf } from "./page.js";

/** The filters' form; `onChange` is called after each change. */
export function makeFilters(form, onChange) {
  const boxes = [...form.querySelectorAll("input[name=status]")];
  let groups = [];
  form.addEventListener("change", onChange);
  form.addEventListener("submit", (event) => event.preventDefault());

  return {
    /** Offer these groups of categories. */
    offer(found) {
      groups = found.filter((group) => group.categories.length);
      form.elements.group.append(...groups.map((group) => make("option", { value: group.code }, nameOf(group))));
    },

    /** The choice as query parameters, or null where it leaves nothing to show. */
    parameters() {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      if (!chosen.length) return null;
      const parameters = new URLSearchParams();
      if (chosen.length < boxes.length) parameters.set("status", chosen.join(","));
      const group = groups.find((each) => each.code === form.elements.group.value);
      if (group) parameters.set("category", group.categories.map((each) => each.code).join(","));
      return parameters;
    },
  };
}
