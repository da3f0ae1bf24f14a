// What is recorded, as it comes. Only while the page is seen: a browser opens few connections to
// one place, and a tab that nobody looks at must not hold one.

/**
 * Hear records of `kinds` from the place `after` on; `hear(kind, record)` is called for each.
 *
 * `gap`, `opened` and `broken` are called where records were left out, and as the stream comes and
 * goes.
 */
export function stream(params, after, kinds, hear, { gap = () => {}, opened = () => {}, broken = () => {} } = {}) {
  let at = after;
  let source = null;

  function begin() {
    const address = new URL("/api/v1/live", location.href);
    for (const [name, value] of Object.entries(params)) address.searchParams.set(name, value);
    if (at) address.searchParams.set("after", at);
    source = new EventSource(address);
    for (const kind of kinds) {
      source.addEventListener(kind, (event) => {
        at = event.lastEventId || at;
        hear(kind, JSON.parse(event.data));
      });
    }
    source.addEventListener("gap", gap);
    source.addEventListener("open", opened);
    source.addEventListener("error", broken);
  }

  function end() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) end();
    else if (!source) begin();
  });
  addEventListener("pagehide", end);
  addEventListener("pageshow", (event) => { if (event.persisted && !source) begin(); });
  if (!document.hidden) begin();
}
