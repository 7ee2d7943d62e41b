// Jurisdictions shaded by how many of the chosen reports lie in them, with a key that says what a shade means.

import { read } from "./api.js";
import { color, onTurn } from "./colors.js";
import { make } from "./dom.js";
import { page, say } from "./page.js";

const SHADES = ["shade-1", "shade-2", "shade-3", "shade-4", "shade-5"]; // from few to many, as the style sheet names them
const FADED = 13; // from this zoom on single reports tell more than a shade
const CLEAR = "rgba(0, 0, 0, 0)";

/** Shades; `ask` gives the query parameters of the moment, null for nothing. */
export function makeShades({ map, key, ask }) {
  let running = null;
  const follow = () => { key.hidden = map.getZoom() > FADED; };
  map.on("zoomend", follow);
  onTurn(refresh);
  follow();

  async function refresh() {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    const parameters = ask();
    try {
      const query = new URLSearchParams(parameters ?? "");
      query.set("level", page.level);
      const { counts } = parameters ? await read(`jurisdictions/counts?${query}`, { signal: mine.signal }) : { counts: [] };
      if (!mine.signal.aborted) draw(counts);
    } catch {
      if (!mine.signal.aborted) draw([]); // the map is whole without shades
    }
  }

  function draw(counts) {
    const bounds = steps(counts.map((each) => each.count));
    const shade = (count) => color(SHADES[bounds.findLastIndex((least) => count >= least)]);
    const colors = counts.filter((each) => each.count).flatMap((each) => [`${each.city_code}/${each.code}`, shade(each.count)]);
    const place = ["concat", ["get", "city_code"], "/", ["get", "code"]];
    map.setPaintProperty("ground-shade", "fill-color", colors.length ? ["match", place, ...colors, CLEAR] : CLEAR);
    key.replaceChildren(...(colors.length ? [legend(bounds)] : []));
  }

  return { refresh };
}

/** The least count of each shade, each shade for about as many jurisdictions, no two the same. */
function steps(counts) {
  const sorted = counts.filter(Boolean).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const found = SHADES.map((_, i) => sorted[Math.floor((i * sorted.length) / SHADES.length)]);
  return [...new Set(found)];
}

function legend(bounds) {
  return make("dl", {}, make("dt", {}, say("shades")), bounds.map((least, i) =>
    make("dd", {}, make("span", { class: `shade ${SHADES[i]}` }), make("span", { class: "bound" }, say("atLeast", { n: least })))));
}
