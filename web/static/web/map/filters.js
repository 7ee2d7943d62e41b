// What the reader wants to see: one group of categories, some statuses, one jurisdiction, since when; or all of it.

import { choiceInAddress, keepInAddress } from "./address.js";
import { make } from "./dom.js";
import { nameOf, page } from "./page.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The filters' form, as the address has it; `onChange` is called after each change. */
export function makeFilters(form, onChange) {
  const boxes = [...form.querySelectorAll("input[name=status]")];
  const { topic, ground, since } = form.elements;
  let groups = [];

  function restore() {
    const choice = choiceInAddress();
    topic.value = choice.topic ?? "";
    ground.value = choice.ground ?? "";
    since.value = choice.since ?? "";
    for (const select of [topic, ground, since]) if (select.selectedIndex < 0) select.value = "";
    for (const box of boxes) box.checked = !choice.status || choice.status.includes(box.value);
  }

  function statuses() {
    return boxes.filter((box) => box.checked).map((box) => box.value);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    const chosen = statuses();
    const status = chosen.length < boxes.length ? chosen : null;
    keepInAddress({ topic: topic.value, ground: ground.value, since: since.value, status: status?.length === 0 ? "none" : status });
    onChange();
  });

  return {
    /** Offer these groups of categories and these jurisdictions, then choose what the address says. */
    offer(found, grounds) {
      groups = found.filter((group) => group.categories.length);
      topic.append(...groups.map((group) => make("option", { value: group.code }, nameOf(group))));
      ground.append(...grounds.map((each) => make("option", { value: each.code }, nameOf(each))));
      restore();
    },

    /** How many of the filters leave something out. */
    chosen() {
      return [topic.value, ground.value, since.value, statuses().length < boxes.length].filter(Boolean).length;
    },

    /** The choice as query parameters, or null where it leaves nothing to show. */
    parameters() {
      const chosen = statuses();
      if (!chosen.length) return null;
      const parameters = new URLSearchParams();
      if (chosen.length < boxes.length) parameters.set("status", chosen.join(","));
      const group = groups.find((each) => each.code === topic.value);
      if (group) parameters.set("category", group.categories.map((each) => each.code).join(","));
      if (ground.value) parameters.set(page.level, ground.value);
      if (since.value) parameters.set("from", daysAgo(Number(since.value)));
      return parameters;
    },
  };
}

/** The day so many days ago, as the city's calendar has it: the same all day long, so that answers can be kept. */
function daysAgo(days) {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: page.timeZone ?? undefined });
  return format.format(new Date(Date.now() - days * DAY_MS));
}
