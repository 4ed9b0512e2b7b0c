// The author's panel: how the conversation stands, and wishes. Wide screens only.

import { element } from "./bubbles.js";

const wide = matchMedia("(min-width: 68rem)");
const byId = (id) => document.getElementById(id);
const words = byId("panel").dataset;
let timer = 0;
let starts = [];
let asked = 0; // an answer that something newer has overtaken is not shown

const refreshSoon = () => { clearTimeout(timer); timer = setTimeout(refresh, 250); };
document.addEventListener("conversation-changed", refreshSoon);
wide.addEventListener("change", refreshSoon);

async function refresh() {
  if (!wide.matches) return;
  const mine = ++asked;
  const answer = await fetch("/api/panel", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const state = await answer.json();
  if (mine !== asked) return;
  showWhere(state);
  byId("panel-fields").replaceChildren(fields(state.fields));
  byId("panel-verdict").replaceChildren(lines(state.verdict, words.noVerdict));
  byId("panel-problems").replaceChildren(lines(state.problems, words.noProblems));
  byId("panel-staff").checked = state.staff;
  showPeople(state.people);
  showStarts(state.starts);
}

function showWhere(state) {
  const where = byId("panel-where");
  if (!state.flow) return where.replaceChildren(none(words.nowhere));
  where.replaceChildren(element("code", "", state.flow), " → ", element("code", "", state.step || "…"));
}

function fields(pairs) {
  if (!pairs.length) return none(words.noFields);
  const list = element("dl");
  for (const [name, value] of pairs) list.append(element("dt", "", name), element("dd", "", value));
  return list;
}

function lines(texts, otherwise) {
  if (!texts.length) return none(otherwise);
  const list = element("ul");
  for (const text of texts) list.append(element("li", "", text));
  return list;
}

const none = (text) => element("span", "none", text);

function showPeople(people) {
  const buttons = people.map((one, place) => {
    const button = element("button", "", one.name || words.firstPerson);
    button.type = "button";
    button.setAttribute("aria-pressed", String(one.current));
    button.addEventListener("click", () => wish({ action: "switch", place }));
    return button;
  });
  byId("panel-people").replaceChildren(...buttons);
}

function showStarts(now) {
  if (JSON.stringify(now) === JSON.stringify(starts)) return;
  starts = now;
  const chosen = byId("panel-flow").value;
  byId("panel-flow").replaceChildren(...starts.map((one) => choice(one.flow, one.title)));
  if (starts.some((one) => one.flow === chosen)) byId("panel-flow").value = chosen;
  showSteps();
}

function showSteps() {
  const flow = starts.find((one) => one.flow === byId("panel-flow").value);
  const steps = (flow?.steps ?? []).map((step) => choice(step, step));
  byId("panel-step").replaceChildren(choice("", words.fromTheBeginning), ...steps);
}

function choice(value, text) {
  const made = element("option", "", text);
  made.value = value;
  return made;
}

async function wish(body) {
  asked += 1;
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/api/panel", { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  if (answer?.ok && (await answer.json()).reload) location.reload();
  else refresh();
}

byId("panel-flow").addEventListener("change", showSteps);
byId("panel-start").addEventListener("submit", (event) => {
  event.preventDefault();
  wish({ action: "start", flow: byId("panel-flow").value, step: byId("panel-step").value });
});
byId("panel-other").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = byId("panel-name").value.trim();
  if (name) wish({ action: "person", name });
});
byId("panel-staff").addEventListener("change", (event) => wish({ action: "staff", on: event.target.checked }));

refresh();
