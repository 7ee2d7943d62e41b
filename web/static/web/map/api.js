// Reading the API of the host the page came from; never another host, whatever a link says.

const API = "/api/v1/";

/** The JSON behind a path below the API; rejects for every answer that is not a success. */
export async function read(path, { signal } = {}) {
  const headers = { Accept: "application/geo+json, application/json" };
  const response = await fetch(path.startsWith("/") ? path : API + path, { signal, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** All features behind a list, page by page up to `most`; `onPage` gets what there is so far and whether it is all. */
export async function readPages(path, { signal, most, onPage }) {
  let features = [];
  let next = path;
  while (next && features.length < most) {
    const page = await read(next, { signal });
    features = features.concat(page.features);
    next = linkTo(page, "next");
    onPage({ features, more: Boolean(next), done: !next || features.length >= most });
  }
}

function linkTo(page, rel) {
  const link = page.links?.find((each) => each.rel === rel);
  if (!link) return null;
  const address = new URL(link.href, location.href);
  return address.pathname + address.search;
}
