// One report, opened: what was told, where it stands, who answers for it and why.

import { read } from "./api.js";
import { iconButton, make } from "./dom.js";
import { isPersian, moment, nameOf, page, say } from "./page.js";

/** The card; `onShow` gets the feature shown, or null when the card closes. */
export function makeCard({ card, browse, names, onShow }) {
  let here = []; // the reports at this place
  let index = 0;
  let reading = null;

  async function show() {
    const feature = here[index];
    reading?.abort();
    const mine = new AbortController();
    reading = mine;
    draw(feature, null);
    try {
      const whole = await read(`reports/${encodeURIComponent(feature.properties.reference)}`, { signal: mine.signal });
      if (!mine.signal.aborted) draw(feature, whole.properties);
    } catch {
      if (!mine.signal.aborted) card.append(make("p", { class: "absent", role: "alert" }, say("detailsFailed")));
    }
  }

  function draw(feature, details) {
    const focused = card.contains(document.activeElement) && document.activeElement !== card ? document.activeElement.ariaLabel : null;
    const { category, status } = feature.properties;
    // A point of the map knows little of its report; the rest comes with the details.
    const { received_at: receivedAt, text } = details ?? feature.properties;
    card.setAttribute("aria-busy", String(!details));
    card.replaceChildren(...[
      make("div", { class: "card-bar" }, statusMark(details?.status ?? status), iconButton("close", say("close"), close)),
      here.length > 1 ? pager() : null,
      make("h2", { id: "card-title" }, details ? nameOf(details, "category_name") : names.category(category)),
      make("p", { class: "quiet" }, receivedAt ? moment(receivedAt) : say("loading")),
      text === undefined ? null : told(text),
      ...(details ? whole(details) : []),
    ].filter(Boolean));
    onShow(feature); // after each drawing: at phone width a taller card hides more of the map
    // Drawing anew must not throw the reader who stood on a button back to the top of the page.
    if (focused) card.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }

  function pager() {
    const turn = (step) => () => {
      index = (index + step + here.length) % here.length;
      show();
    };
    return make("div", { class: "pager" },
      iconButton("previous", say("previous"), turn(-1)),
      make("span", {}, say("nth", { i: index + 1, n: here.length })),
      iconButton("next", say("next"), turn(1)));
  }

  function close() {
    reading?.abort();
    card.hidden = true;
    browse.hidden = false;
    onShow(null);
    const line = browse.querySelector(`[data-reference="${CSS.escape(here[index].properties.reference)}"]`);
    (line ?? browse.querySelector("#reports")).focus();
  }

  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  return {
    /** Open the card on the first of these reports of one place. */
    open(features) {
      [here, index] = [features, 0];
      browse.hidden = true;
      card.hidden = false;
      card.scrollTop = 0;
      show();
      card.focus({ preventScroll: true });
    },
  };
}

function statusMark(status) {
  return make("p", { class: "status", "data-status": status }, make("span", { class: "dot" }), page.statuses[status] ?? status);
}

function told(text) {
  return text ? make("p", { class: "told", dir: "auto" }, text) : make("p", { class: "absent" }, say("textAfterReview"));
}

/** What only the whole report says: ground, department, reference, reasons, steps. */
function whole(details) {
  const ground = Object.values(details.jurisdictions).filter(Boolean).map((each) => nameOf(each));
  const isCoarse = !details.explanation;
  return [
    make("dl", {},
      row(say("place"), ground.length ? ground.join(isPersian ? "، " : ", ") : "—"),
      isCoarse ? null : row(say("department"), details.department ? nameOf(details.department) : say("noDepartment")),
      row(say("reference"), make("bdi", { class: "reference" }, details.reference))),
    ...(isCoarse
      ? [make("p", { class: "absent" }, say("coarse"))]
      : [make("h3", {}, say("why")), make("p", { class: "why" }, details.explanation[page.language])]),
    make("h3", {}, say("progress")),
    make("ol", { class: "steps" }, details.status_updates.map(step)),
  ];
}

function row(term, content) {
  return [make("dt", {}, term), make("dd", {}, content)];
}

function step({ status, at, note }) {
  return make("li", { "data-status": status },
    make("span", { class: "dot" }),
    make("strong", {}, page.statuses[status] ?? status),
    " ",
    make("span", { class: "quiet" }, moment(at)),
    note ? make("p", { class: "note", dir: "auto" }, note) : null);
}
