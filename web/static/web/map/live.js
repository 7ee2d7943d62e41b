// News of reports that come, change or go, so that the page need not be loaded again.

const PAUSE_MS = 400; // many changes at once are one refresh
const WITHOUT_NEWS_MS = 60000; // where no news come, look again that often, and try to listen again
const NOT_FOLLOWED = ["from"]; // a change alone cannot tell it: news of more than is shown do no harm

/** Calls `onNews` after each change of what `ask` (query parameters, or null for nothing) chooses. */
export function makeLive({ address, ask, onNews }) {
  let source = null;
  let timer = null;
  let asked = null;

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(onNews, PAUSE_MS);
  }

  function wanted() {
    const parameters = ask();
    if (!address || !parameters || document.hidden) return null;
    const query = new URLSearchParams(parameters);
    for (const name of NOT_FOLLOWED) query.delete(name);
    return `${address}?${query}`;
  }

  function follow() {
    if (wanted() === asked) return;
    asked = wanted();
    source?.close();
    source = asked ? new EventSource(asked) : null;
    // What has changed since the map was loaded and before the stream began is in no event: look once more at `hello`.
    for (const event of ["hello", "report", "reset"]) source?.addEventListener(event, soon);
  }

  setInterval(() => {
    if (document.hidden || source?.readyState === EventSource.OPEN) return;
    if (source?.readyState === EventSource.CLOSED) asked = null; // refused: a browser does not try again by itself
    follow();
    onNews();
  }, WITHOUT_NEWS_MS);

  // A page that nobody looks at need not be told; when it is looked at again it catches up.
  document.addEventListener("visibilitychange", () => {
    follow();
    if (!document.hidden) onNews();
  });

  return { /** Listen to what is asked for now. */ follow };
}
