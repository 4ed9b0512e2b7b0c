// The line to the server: server-sent events that reconnect by themselves. No page here, only callbacks.

const PATIENCE = 40_000; // the server gives a sign of life every 15 seconds
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const KINDS = ["message", "said", "typing", "reload", "beat"];

/** Listens from `cursor` on; `on.event(kind, data)`, `on.up()`, `on.down()`. Gives a function that asks to try now. */
export function listen(cursor, on) {
  let source = null;
  let pause = FIRST_PAUSE;
  let watch = 0;
  let retry = 0;
  let up = false;

  function open() {
    clearTimeout(retry);
    close();
    source = new EventSource(`/api/stream?after=${encodeURIComponent(cursor)}`);
    for (const kind of KINDS) source.addEventListener(kind, hear);
    source.onerror = lost; // also what the browser would mend by itself: one way of reconnecting is enough
    alive();
  }

  function hear(event) {
    alive();
    pause = FIRST_PAUSE;
    if (!up) on.up();
    up = true;
    if (event.lastEventId) cursor = event.lastEventId;
    if (event.type === "reload") close();
    if (event.type !== "beat") on.event(event.type, JSON.parse(event.data));
  }

  function lost() {
    close();
    if (up) on.down();
    up = false;
    clearTimeout(retry);
    retry = setTimeout(open, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }

  function alive() {
    clearTimeout(watch);
    watch = setTimeout(lost, PATIENCE);
  }

  function close() {
    clearTimeout(watch);
    source?.close();
    source = null;
  }

  open();
  return {
    now: () => { if (!up) { pause = FIRST_PAUSE; open(); } },
    stop: () => { clearTimeout(retry); close(); },
  };
}
