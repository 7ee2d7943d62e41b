// The page around the map: which part of the window is map, and what folds away at phone width.

import { say } from "./page.js";

const NO_MAP = "no-map";
const PHONE = matchMedia("(max-width: 719px)");
const ROOM = 24; // pixels kept free between the city and what lies over the map
const KEY_PX = 44; // the height of what says what a shade means: it comes when the shades are known

const panel = document.getElementById("panel");
const brand = document.querySelector(".brand");

/** How much of each side of the map lies under the panel and the brand line, in pixels. */
function covered() {
  const [sheet, bar, width, height] = [panel.getBoundingClientRect(), brand.getBoundingClientRect(), innerWidth, innerHeight];
  if (PHONE.matches) return { top: bar.bottom, bottom: height - sheet.top, left: 0, right: 0 };
  const isLeft = bar.left < width - bar.right;
  return { top: 0, bottom: 0, left: isLeft ? bar.right : 0, right: isLeft ? 0 : width - bar.left };
}

/** Padding for fitting the city into the part of the map that can be seen. */
export function padding() {
  const room = Object.fromEntries(Object.entries(covered()).map(([side, pixels]) => [side, pixels + ROOM]));
  room[PHONE.matches ? "top" : "bottom"] += KEY_PX;
  return room;
}

/** Whether a point of the map, in pixels, can be seen: nothing lies over it, nor close beside it. */
export function isInSight({ x, y }) {
  const isFree = (dx, dy) => document.elementFromPoint(x + dx, y + dy)?.classList.contains("maplibregl-canvas");
  return [[0, 0], [-ROOM, 0], [ROOM, 0], [0, -ROOM], [0, ROOM]].every(([dx, dy]) => isFree(dx, dy));
}

/** From the middle of the map to the middle of what can be seen of it, in pixels. */
export function sightOffset() {
  const { top, bottom, left, right } = covered();
  return [(left - right) / 2, (top - bottom) / 2];
}

/**
 * At phone width the filters and the list fold away, and one that opens folds the other; the map's own buttons stand on the
 * sheet's edge, whatever its height. `chosen` says how many filters leave something out; `tell` lets the button say it anew.
 */
export function watchPanel({ chosen }) {
  const filters = foldable(document.getElementById("choose"), "no-filters", (isFolded) => {
    if (!isFolded) return say("hideFilters");
    return chosen() ? say("filtersChosen", { n: chosen() }) : say("showFilters");
  });
  const list = foldable(document.getElementById("fold"), "no-list", (isFolded) => say(isFolded ? "showList" : "hideList"));
  filters.opens(() => list.fold(true));
  list.opens(() => filters.fold(true));
  const follow = () => {
    const isSheet = PHONE.matches && !document.body.classList.contains(NO_MAP);
    for (const each of [filters, list]) each.offer(isSheet);
  };
  document.querySelector(".skip").addEventListener("click", () => list.fold(false));
  PHONE.addEventListener("change", follow);
  new ResizeObserver(() => document.documentElement.style.setProperty("--sheet", `${panel.offsetHeight}px`)).observe(panel);
  addEventListener(NO_MAP, follow);
  follow();
  return { tell: filters.tell };
}

/** A part of the panel that `button` folds away, marked by the class `mark` on the panel; `words` are the button's. */
function foldable(button, mark, words) {
  const isFolded = () => panel.classList.contains(mark);
  const tell = () => { button.textContent = words(isFolded()); };
  const fold = (folds) => {
    panel.classList.toggle(mark, folds);
    button.setAttribute("aria-expanded", String(!folds));
    tell();
  };
  button.addEventListener("click", () => fold(!isFolded()));
  return {
    fold,
    tell,
    /** Show the button, and fold; or take it away, and show all. */
    offer(isOffered) {
      button.hidden = !isOffered;
      fold(isOffered);
    },
    /** Call this when the button has opened the part. */
    opens: (then) => button.addEventListener("click", () => isFolded() || then()),
  };
}

/** Make the list the page, where there is no map to draw. */
export function listOnly() {
  document.body.classList.add(NO_MAP);
  document.querySelector(".side").before(document.getElementById("notice"));
  dispatchEvent(new Event(NO_MAP));
}

/** The language switch leads back to the same choice and the same view of the map, which the address keeps. */
export function keepViewOnSwitch() {
  const link = document.querySelector(".language");
  const language = new URLSearchParams(link.search).get("lang");
  link.addEventListener("click", () => {
    const query = new URLSearchParams(location.search);
    query.set("lang", language);
    link.search = query;
    link.hash = location.hash;
  });
}
