// The list of bubbles: what is shown, in which groups, with which buttons still open, and where it is scrolled to.

import { bubble, day, element, fill, hasButtons, retire, sameDay } from "./bubbles.js";

const log = document.getElementById("log");
const list = document.getElementById("bubbles");
const down = document.getElementById("down");
const words = document.body.dataset;
const GROUPED = 5 * 60_000; // bubbles of one author within so many milliseconds stand together
const SAME = 10_000; // a message read from the history may come once more as an event, so many milliseconds later
const SAME_TURN = 5000; // after a reload: messages sent within so many milliseconds answered one input

const known = new Map(); // id -> element
let turn = 0; // grows with everything the person does; buttons of earlier turns close when newer ones come
let burst = null; // the first message of the assistant since then
let following = true;

log.addEventListener("scroll", () => {
  following = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  if (following) down.hidden = true;
});
new ResizeObserver(() => { if (following) toEnd(); }).observe(log);
down.addEventListener("click", () => { toEnd(); down.hidden = true; });

/** Shows the whole conversation anew. */
export function showAll(bubbles, onTap) {
  log.setAttribute("aria-busy", "true");
  known.clear();
  list.replaceChildren();
  turn = 0;
  let before = null;
  for (const data of bubbles) {
    if (data.author === "person" || (before && new Date(data.at) - new Date(before) > SAME_TURN)) turn += 1;
    put(data, onTap);
    before = data.at;
  }
  turn += 1;
  burst = null;
  toEnd();
  down.hidden = true;
  log.setAttribute("aria-busy", "false");
}

/** Shows a message: in place of the one of the same id, or as the newest. */
export function show(data, onTap) {
  const made = put(data, onTap);
  if (data.author === "assistant") {
    burst ??= made;
    if (following) toBurst();
    else if (made === list.lastElementChild) down.hidden = false;
  } else if (made === list.lastElementChild) {
    toEnd();
  }
}

/** The person did something: what comes next answers it. */
export function act() {
  turn += 1;
  burst = null;
  following = true;
}

/** Marks a bubble of the person: on its way, arrived, or not sent. */
export function mark(id, state, onRetry) {
  const made = known.get(id);
  if (!made) return;
  made.classList.toggle("pending", state === "pending");
  made.querySelector(".failed")?.remove();
  if (state !== "failed") return;
  const line = element("p", "failed", `${words.notSent} `);
  const again = element("button", "", words.retry);
  again.type = "button";
  again.addEventListener("click", onRetry);
  line.append(again);
  made.append(line);
  toEnd();
}

export const scrollToEnd = () => { if (following) toEnd(); };

function put(data, onTap) {
  const old = known.get(data.id);
  if (old && data.anew && isSaidAgain(old, data)) {
    retire(old);
    known.delete(data.id);
  } else if (old) {
    replace(old, data, onTap);
    return old;
  }
  const made = bubble(data, onTap);
  if (log.getAttribute("aria-busy") === "false") made.classList.add("new");
  else made.dataset.loaded = "yes";
  if (hasButtons(made)) closeEarlier();
  made.dataset.turn = turn;
  join(made);
  known.set(data.id, made);
  return made;
}

/** A card shown once more is the newest message: in its old place, far up, nobody would see it. */
function isSaidAgain(old, data) {
  return !old.dataset.loaded || new Date(data.at) - new Date(old.dataset.at) > SAME;
}

function replace(old, data, onTap) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  const place = held ? [...old.querySelectorAll("button")].indexOf(held) : -1;
  fill(old, data, onTap);
  old.dataset.turn = turn;
  if (!held) return;
  const same = old.querySelector(`button[data-act="${CSS.escape(held.dataset.act ?? "")}"]`);
  const next = same ?? old.querySelectorAll("button")[place];
  if (next) next.focus({ preventScroll: true });
  else document.getElementById("words").focus({ preventScroll: true });
}

function closeEarlier() {
  for (const made of known.values()) {
    if (Number(made.dataset.turn) < turn && hasButtons(made)) retire(made);
  }
}

function join(made) {
  const before = list.lastElementChild;
  const newDay = !before || !sameDay(before.dataset.at, made.dataset.at);
  const author = made.classList.contains("person") ? "person" : "assistant";
  const near = before && new Date(made.dataset.at) - new Date(before.dataset.at) < GROUPED;
  made.classList.add("last");
  if (newDay) list.append(day(made.dataset.at));
  if (!newDay && near && before.classList.contains(author)) before.classList.remove("last");
  else made.classList.add("first");
  list.append(made);
}

function toEnd() {
  log.scrollTop = log.scrollHeight;
  following = true;
}

/** To the end, but never past the first line of a long answer. */
function toBurst() {
  const top = burst.offsetTop - list.parentElement.offsetTop - 12;
  log.scrollTop = Math.min(log.scrollHeight, Math.max(top, 0));
}
