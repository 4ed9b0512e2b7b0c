// How one message looks: data in, element out. HTML comes from the server's own renderer only; all else is text.

const words = document.body.dataset;
const clock = new Intl.DateTimeFormat(words.language, { hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(words.language, { numeric: "auto" });
const SHORT = 15; // two answers of at most so many signs fit side by side

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The bubble of a message. `onTap(act, button)` is called for its buttons. */
export function bubble(data, onTap) {
  const made = element("div", `bubble ${data.author}`);
  made.dataset.at = data.at;
  fill(made, data, onTap);
  return made;
}

/** Puts the message into an existing bubble, in place of what it held. */
export function fill(made, data, onTap) {
  const body = element("div", "body");
  body.append(element("span", "sr", `${data.author === "person" ? words.you : words.assistant} `));
  const text = element("div", "text");
  if (data.author === "person") text.textContent = data.text;
  else text.innerHTML = data.html;
  if (text.hasChildNodes()) body.append(text);
  if (data.folded) body.append(folded(data.folded));
  for (const file of data.files) body.append(...card(file));
  const parts = [body, ...buttons(data, onTap), time(made.dataset.at)];
  made.classList.toggle("wide", parts.length > 2);
  made.replaceChildren(...parts);
}

/** Takes the buttons away: something newer asks for an answer. */
export function retire(made) {
  for (const group of made.querySelectorAll(".choices, .ways-out")) group.remove();
  made.classList.remove("wide");
}

export const hasButtons = (made) => made.querySelector(".choices, .ways-out") !== null;

/** A line with the day, for the first bubble of that day. */
export function day(at) {
  return element("p", "day", dayName(new Date(at)));
}

export const sameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();

function dayName(date) {
  const now = new Date();
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000);
  if (days === 0 || days === -1) return capital(relative.format(days, "day"));
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  const long = { weekday: "long", day: "numeric", month: "long", year };
  return capital(new Intl.DateTimeFormat(words.language, long).format(date));
}

const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1);

function time(at) {
  const made = element("time", "time", clock.format(new Date(at)));
  made.dateTime = at;
  return made;
}

function folded(html) {
  const made = element("details");
  const inside = element("div");
  inside.innerHTML = html;
  made.append(element("summary", "", words.more), inside);
  return made;
}

function buttons(data, onTap) {
  const groups = [];
  if (data.options?.length) {
    groups.push(pairUp(group(data.options, "choices", words.choices, onTap)));
  }
  if (data.controls?.length) groups.push(group(data.controls, "ways-out", words.waysOut, onTap));
  return groups;
}

function group(options, className, label, onTap) {
  const made = element("div", className);
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", label);
  for (const option of options) {
    if (option.link) {
      made.append(link(option));
      continue;
    }
    const button = element("button", "", option.label);
    button.type = "button";
    button.dataset.act = option.act;
    button.addEventListener("click", (event) => onTap(option.act, button, event.detail === 0));
    made.append(button);
  }
  return made;
}

/** Two short answers in a row share one line, as on Telegram; a thumb only with the other thumb. */
function pairUp(made) {
  const thumb = (button) => /^(yes|no)\./.test(button.dataset.act ?? "");
  let open = null;
  for (const button of made.children) {
    const short = button.textContent.length <= SHORT;
    if (short && open && thumb(open) === thumb(button)) {
      open.classList.add("half");
      button.classList.add("half");
      open = null;
    } else {
      open = short ? button : null;
    }
  }
  return made;
}

function link(option) {
  const made = element("a", "button", option.label);
  made.href = option.link;
  made.target = "_blank";
  made.rel = "noopener";
  return made;
}

function card(file) {
  const made = element(file.url ? "a" : "div", "file");
  if (file.url) {
    made.href = file.url;
    made.download = file.name;
  }
  const ending = file.name.includes(".") ? file.name.split(".").pop() : "";
  const kind = element("span", "file-kind", ending.slice(0, 4).toUpperCase() || "•••");
  kind.setAttribute("aria-hidden", "true");
  const about = element("span");
  about.append(element("span", "file-name", file.name), element("span", "file-note", note(file)));
  made.append(kind, about);
  return file.url && file.type.startsWith("image/") ? [picture(file), made] : [made];
}

function picture(file) {
  const made = element("img", "picture");
  made.src = file.url;
  made.alt = file.alternative || file.name;
  return made;
}

function note(file) {
  const parts = file.url ? [words.download] : [];
  if (file.size) parts.push(size(file.size));
  return parts.join(" · ");
}

function size(bytes) {
  const large = bytes >= 1_000_000;
  const format = { style: "unit", unit: large ? "megabyte" : "kilobyte", maximumFractionDigits: large ? 1 : 0 };
  return new Intl.NumberFormat(words.language, format).format(Math.max(bytes / (large ? 1_000_000 : 1000), 1));
}
