// The page around the map: which part of the window is map, and the fold of the list at phone width.

import { say } from "./page.js";

const NO_MAP = "no-map";
const PHONE = matchMedia("(max-width: 719px)");
const ROOM = 24; // pixels kept free between the city and what lies over the map

const panel = document.getElementById("panel");
const brand = document.querySelector(".brand");

/** How much of each side of the map lies under the panel and the brand line, in pixels. */
function covered() {
  const [sheet, bar, width, height] = [panel.getBoundingClientRect(), brand.getBoundingClientRect(), innerWidth, innerHeight];
  if (PHONE.matches) return { top: bar.bottom, bottom: height - sheet.top, left: 0, right: 0 };
  const isLeft = bar.left < width / 2;
  return { top: 0, bottom: 0, left: isLeft ? bar.right : 0, right: isLeft ? 0 : width - bar.left };
}

/** Padding for fitting the city into the part of the map that can be seen. */
export function padding() {
  return Object.fromEntries(Object.entries(covered()).map(([side, pixels]) => [side, pixels + ROOM]));
}

/** Whether a point of the map, in pixels, can be seen. */
export function isInSight({ x, y }) {
  const { top, bottom, left, right } = padding();
  return x >= left && x <= innerWidth - right && y >= top && y <= innerHeight - bottom;
}

/** From the middle of the map to the middle of what can be seen of it, in pixels. */
export function sightOffset() {
  const { top, bottom, left, right } = covered();
  return [(left - right) / 2, (top - bottom) / 2];
}

/** At phone width the list folds away; the map's own buttons stand on the sheet's edge, whatever its height. */
export function watchPanel() {
  const fold = document.getElementById("fold");
  const isSheet = () => PHONE.matches && !document.body.classList.contains(NO_MAP);
  const setFolded = (isFolded) => {
    panel.classList.toggle("folded", isFolded);
    fold.setAttribute("aria-expanded", String(!isFolded));
    fold.textContent = say(isFolded ? "showList" : "hideList");
  };
  const follow = () => {
    fold.hidden = !isSheet();
    setFolded(isSheet());
  };
  fold.addEventListener("click", () => setFolded(!panel.classList.contains("folded")));
  document.querySelector(".skip").addEventListener("click", () => setFolded(false));
  PHONE.addEventListener("change", follow);
  new ResizeObserver(() => document.documentElement.style.setProperty("--sheet", `${panel.offsetHeight}px`)).observe(panel);
  addEventListener(NO_MAP, follow);
  follow();
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
