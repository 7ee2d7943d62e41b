// The map page: the ground first, then the reports of the view, the list beside the map, and one report opened.

import { read } from "./api.js";
import { makeCard } from "./card.js";
import { iconButton, make } from "./dom.js";
import { canDraw } from "./drawing.js";
import { boxOf, makeFeed } from "./feed.js";
import { makeFilters } from "./filters.js";
import { NAMES_ZOOM } from "./ground.js";
import { keepViewOnSwitch, listOnly, watchPanel } from "./layout.js";
import { LISTED, makeList } from "./list.js";
import { makeLive } from "./live.js";
import { nameOf, page, say } from "./page.js";
import { makeShades } from "./shade.js";

const LIST_FIRST_MS = 700; // whoever waits longer for the map gets the list before it

const find = (id) => document.getElementById(id);

const known = { categories: new Map(), grounds: new Map() };
const names = {
  category: (code) => known.categories.get(code) ?? code,
  ground: (feature) => known.grounds.get(feature.properties[`${page.level}_code`]) ?? "",
};
let view = null; // null also where the browser cannot draw: then the list is the page
let shades = null;
let isOpening = true;

const card = makeCard({ card: find("card"), browse: find("browse"), names, onShow: (feature) => view?.select(feature) });
const list = makeList({ count: find("count"), list: find("reports"), names, onOpen: (feature) => card.open([feature]) });
const filters = makeFilters(find("filters"), chooseAnew);
const feed = makeFeed({ ask, most: LISTED, onBusy: setBusy, onReports: showReports, onFailure: () => fail(say("failed"), feed.refresh) });
const live = makeLive({ address: page.live, ask, onNews: lookAgain });

function ask() {
  const parameters = filters.parameters();
  if (parameters && view) parameters.set("bbox", boxOf(view.map));
  return parameters;
}

function chooseAnew() {
  panel.tell();
  view?.choose(filters.parameters());
  shades?.refresh();
  find("reports").scrollTop = 0;
  feed.refresh();
  live.follow();
}

function lookAgain() {
  view?.refresh();
  shades?.refresh();
  feed.refresh();
}

function moved() {
  find("reports").scrollTop = 0;
  feed.refreshSoon();
  live.follow();
}

function showReports(found) {
  list.show({ ...found, isView: Boolean(view) });
}

function setBusy(isBusy) {
  find("panel").setAttribute("aria-busy", String(isBusy || isOpening));
  if (isBusy && find("notice").classList.contains("failure")) hideNotice();
}

function hideNotice() {
  find("notice").hidden = true;
}

/** Say that something failed, with a button that tries again; the next try takes it away. */
function fail(text, again) {
  list.say(text);
  notify(text, make("button", { type: "button", onclick: again }, say("retry")), "failure");
}

/** Say something that stays until it is closed. */
function tell(text) {
  notify(text, iconButton("close", say("close"), hideNotice), "word");
}

function notify(text, wayOut, kind) {
  find("notice").className = `notice ${kind}`;
  find("notice").replaceChildren(make("span", {}, text), wayOut);
  find("notice").hidden = false;
}

async function start() {
  if (page.isEmpty || !page.level) {
    opened();
    list.say(say("noCity"), say("noCityHelp"));
    return;
  }
  try {
    const drawing = canDraw() ? fetchDrawing() : null;
    const [ground, categories] = await Promise.all([read(`jurisdictions?level=${page.level}&zoom=${NAMES_ZOOM}`), read("categories")]);
    await open(ground.features, categories.groups, drawing);
  } catch (error) {
    console.error(error);
    opened();
    fail(say("groundFailed"), () => location.reload());
  }
}

function opened() {
  isOpening = false;
  setBusy(false);
}

/** The part of the page that draws; null where it does not come. */
async function fetchDrawing() {
  try {
    return await import("./view.js");
  } catch (error) {
    console.error(error);
    return null;
  }
}

async function open(shapes, groups, drawing) {
  filters.offer(groups, shapes.map((each) => each.properties));
  panel.tell();
  known.categories = new Map(groups.flatMap((group) => group.categories).map((each) => [each.code, nameOf(each)]));
  known.grounds = new Map(shapes.map(({ properties }) => [properties.code, nameOf(properties)]));
  const early = setTimeout(feed.refresh, LIST_FIRST_MS);
  try {
    const parts = shapes.length ? await drawing : null;
    if (parts) await draw(parts, shapes);
    else listAlone(!shapes.length ? "noGround" : drawing ? "noMapCame" : "noMapList");
  } finally {
    clearTimeout(early);
  }
  isOpening = false;
  await feed.refresh();
  live.follow();
}

function listAlone(why) {
  listOnly();
  tell(say(why));
}

async function draw({ makeView }, shapes) {
  view = await makeView({
    container: find("map"),
    shapes,
    parameters: filters.parameters(),
    onOpen: card.open,
    onMoved: moved,
    onBasemapFailure: () => tell(say("basemapFailed")),
    onStreetsFailure: () => tell(say("streetsFailed")),
  });
  shades = makeShades({ map: view.map, key: find("key"), ask: filters.parameters });
  shades.refresh();
}

const panel = watchPanel({ chosen: filters.chosen });
keepViewOnSwitch();
window.cityEye = { get map() { return view?.map; } };
start();
