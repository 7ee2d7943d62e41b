// The reports of the view: read page by page, the newest question alone answered.

import { readPages } from "./api.js";

const PAGE = 1000; // the most the API gives in one answer
const PAUSE_MS = 250; // a hand still moving the map asks nothing

/** A feed; `ask` gives the query parameters of the moment and how many reports are wanted: 0 asks nothing. */
export function makeFeed({ ask, onBusy, onReports, onFailure }) {
  let running = null;
  let timer = null;

  async function refresh() {
    clearTimeout(timer);
    running?.abort();
    const mine = new AbortController();
    running = mine;
    onBusy(true);
    try {
      await load(mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) onFailure(error);
    }
    if (running === mine) onBusy(false);
  }

  async function load(signal) {
    const { parameters, most } = ask();
    if (!most) {
      onReports({ features: [], more: false, done: true });
      return;
    }
    parameters.set("limit", Math.min(most, PAGE));
    await readPages(`reports?${parameters}`, { signal, most, onPage: onReports });
  }

  return {
    refresh,
    /** Refresh when the hand rests. */
    refreshSoon() {
      clearTimeout(timer);
      timer = setTimeout(refresh, PAUSE_MS);
    },
  };
}

/** The view of a map as a `bbox`, rounded outward to about a metre and kept on the globe. */
export function boxOf(map) {
  const bounds = map.getBounds();
  const down = (degrees, least) => Math.max(least, Math.floor(degrees * 1e5) / 1e5);
  const up = (degrees, most) => Math.min(most, Math.ceil(degrees * 1e5) / 1e5);
  return [down(bounds.getWest(), -180), down(bounds.getSouth(), -90), up(bounds.getEast(), 180), up(bounds.getNorth(), 90)].join(",");
}
