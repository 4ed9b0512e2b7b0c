// The page: what the person does goes to the server, what the server tells is shown. The conversation itself is there.

import { act, mark, scrollToEnd, show, showAll } from "./log.js";
import { listen } from "./stream.js";

const words = document.body.dataset;
const byId = (id) => document.getElementById(id);
const [composer, field, file, typing, subtitle, banner, notice, menu, menuButton] = [
  "composer", "words", "file", "typing", "subtitle", "banner", "notice", "menu", "menu-button",
].map(byId);

const LARGEST_FILE = 20 * 1024 * 1024;
const TYPING_AFTER = 300; // an answer that takes longer shows that it is coming
const TYPING_LASTS = 6000;
const BANNER_AFTER = 1500; // a connection that is back at once is not worth a word
const finePointer = matchMedia("(pointer: fine)");

let line = null;
let bannerTimer = 0;
let typingTimer = 0;
let noticeTimer = 0;
const waiting = new Map(); // bubbles of the person that have not arrived: id -> how to show and send them again

// --- What the server tells ----------------------------------------------------------------------------------

const events = {
  message: (data) => { hideTyping(); show(data, tap); changed(); },
  said: (data) => { show(data, tap); changed(); },
  typing: () => showTyping(TYPING_LASTS),
  reload: () => load(),
};

const connection = {
  event: (kind, data) => events[kind]?.(data),
  up: () => { clearTimeout(bannerTimer); banner.textContent = ""; },
  down: () => {
    clearTimeout(bannerTimer);
    bannerTimer = setTimeout(() => { banner.textContent = banner.dataset.offline; }, BANNER_AFTER);
  },
};

async function load() {
  line?.stop();
  let conversation;
  try {
    const answer = await fetch("/api/conversation", { cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    conversation = await answer.json();
  } catch {
    connection.down();
    setTimeout(load, 2000);
    return;
  }
  byId("loading").hidden = true;
  showAll(conversation.bubbles, tap);
  for (const [id, one] of waiting) {
    show(one.data, tap);
    mark(id, one.failed ? "failed" : "pending", one.again);
  }
  line = listen(conversation.cursor, connection);
  if (!conversation.bubbles.length && !waiting.size) send({ command: "start" });
  changed();
}

// --- What the person does -----------------------------------------------------------------------------------

function say(text) {
  const trimmed = text.trim();
  if (trimmed) sayBubble({ text: trimmed }, (id) => send({ text: trimmed, id }));
}

function command(name) {
  sayBubble({ text: `/${name}` }, (id) => send({ command: name, id }));
}

function hand(chosen) {
  if (chosen.size > LARGEST_FILE) return tell(words.fileTooLarge);
  const card = { name: chosen.name, type: chosen.type, size: chosen.size };
  sayBubble({ text: "", files: [card] }, (id) => send(chosen, {
    "Content-Type": chosen.type || "application/octet-stream",
    "X-File-Name": encodeURIComponent(chosen.name),
    "X-Client-Id": id,
  }));
}

/** Shows at once what the person says, then sends it; what did not leave can be sent again. */
async function sayBubble(content, sending) {
  const id = crypto.randomUUID();
  const data = { id, author: "person", at: new Date().toISOString(), files: [], ...content };
  const one = { data, failed: false, again: attempt };
  async function attempt() {
    mark(id, "pending");
    one.failed = !await sending(id);
    if (one.failed) return mark(id, "failed", attempt);
    waiting.delete(id);
    mark(id, "arrived");
  }
  act();
  show(data, tap);
  waiting.set(id, one);
  await attempt();
}

/** A button of a message. While it is on its way no other one of that message can be pressed. */
async function tap(act_, button, byKeyboard) {
  const all = [...button.closest(".bubble").querySelectorAll("button")];
  if (button.getAttribute("aria-disabled") === "true") return;
  for (const one of all) one.setAttribute("aria-disabled", "true");
  button.classList.add("tapped");
  act();
  const arrived = await send({ tap: act_, id: crypto.randomUUID() });
  if (!arrived) tell(words.notSent);
  for (const one of all) one.removeAttribute("aria-disabled");
  button.classList.remove("tapped");
  if (!button.isConnected && (byKeyboard || finePointer.matches)) focusIfLost();
}

/** True when it arrived. */
async function send(body, headers) {
  const pending = setTimeout(() => showTyping(TYPING_LASTS), TYPING_AFTER);
  try {
    const answer = await post(body, headers);
    if (answer.status === 429) tell(words.tooFast);
    if (answer.status === 401) await load();
    if (!answer.ok) hideTyping();
    return answer.ok;
  } catch {
    hideTyping();
    line?.now();
    return false;
  } finally {
    clearTimeout(pending);
  }
}

function post(body, headers) {
  if (body instanceof Blob) return fetch("/api/file", { method: "POST", body, headers });
  const json = { "Content-Type": "application/json" };
  return fetch("/api/say", { method: "POST", body: JSON.stringify(body), headers: json });
}

// --- Signs --------------------------------------------------------------------------------------------------

function showTyping(lasts) {
  clearTimeout(typingTimer);
  typing.hidden = false;
  subtitle.textContent = words.typing;
  typingTimer = setTimeout(hideTyping, lasts);
  scrollToEnd();
}

function hideTyping() {
  clearTimeout(typingTimer);
  typing.hidden = true;
  subtitle.textContent = words.subtitle;
}

function tell(text) {
  clearTimeout(noticeTimer);
  notice.textContent = text;
  noticeTimer = setTimeout(() => { notice.textContent = ""; }, 6000);
}

function focusIfLost() {
  if (document.activeElement === document.body) field.focus({ preventScroll: true });
}

/** For the author's panel: the conversation may stand elsewhere now. */
function changed() {
  document.dispatchEvent(new Event("conversation-changed"));
}

// --- Composer and menu --------------------------------------------------------------------------------------

function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  say(field.value);
  field.value = "";
  grow();
  field.focus({ preventScroll: true });
});
byId("attach").addEventListener("click", () => file.click());
file.addEventListener("change", () => {
  for (const chosen of file.files) hand(chosen);
  file.value = "";
});

function openMenu(open) {
  menu.hidden = !open;
  menuButton.setAttribute("aria-expanded", String(open));
}

menuButton.addEventListener("click", () => openMenu(menu.hidden));
menu.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-command]");
  if (!chosen) return;
  openMenu(false);
  menuButton.focus({ preventScroll: true });
  command(chosen.dataset.command);
});
document.addEventListener("click", (event) => {
  if (!menu.hidden && !event.target.closest("#menu, #menu-button")) openMenu(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || menu.hidden) return;
  openMenu(false);
  menuButton.focus();
});
menu.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !event.relatedTarget.closest("#menu, #menu-button")) openMenu(false);
});

addEventListener("online", () => line?.now());
document.addEventListener("visibilitychange", () => { if (!document.hidden) line?.now(); });

if (byId("panel")) import("./panel.js");
if (finePointer.matches) field.focus({ preventScroll: true });
load();
