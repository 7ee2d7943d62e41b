// The small map of one place, on the page of a tracking link.

import { Marker } from "../../maplibre-gl/maplibre-gl.mjs";

import { read } from "./api.js";
import { makeMap, styled } from "./canvas.js";
import { canDraw } from "./drawing.js";
import { say } from "./page.js";
import { addGround, addStreets, startingStyle } from "./style.js";

const ZOOM = 14.5;

async function start(place) {
  if (!canDraw()) {
    place.classList.add("bare");
    place.textContent = say("noMap");
    return;
  }
  const center = [Number(place.dataset.lon), Number(place.dataset.lat)];
  const { style, isOwn } = await startingStyle();
  const map = makeMap(place, { style, center, zoom: ZOOM, scrollZoom: false });
  window.cityEye = { map };
  await styled(map);
  const color = getComputedStyle(place).getPropertyValue("--tint").trim();
  new Marker({ color }).setLngLat(center).addTo(map);
  addGround(map, { names: [], isOwn }); // the page names the ground in words
  if (isOwn) addStreets(map, await read("streets"));
}

start(document.getElementById("place")).catch(console.error);
