// A list: one signature decides what stays in it, once each of it was on the screen.

import { decided, panels, said, sayer } from "./saying.js";
import { sign } from "./passkey.js";

const form = document.getElementById("verdict");
form.hidden = false;
const rows = new Map(JSON.parse(document.getElementById("rows").textContent).map((row) => [row.bound.handle, row]));
const boxes = [...document.querySelectorAll("[data-row] input[type=checkbox]")];
const openedAt = performance.now();
const unseen = new Set(rows.keys());

const chosen = () => boxes.filter((box) => box.checked).map((box) => rows.get(box.value));
const rowOf = (handle) => document.querySelector(`[data-row="${CSS.escape(handle)}"]`);

// A row was seen once its end was on the screen, and not behind what is fixed to the foot of it.
const aside = form.closest("aside");
const foot = getComputedStyle(aside).position === "sticky" ? aside.offsetHeight + parseFloat(getComputedStyle(aside).bottom || "0") : 0;
const watching = new IntersectionObserver((found) => {
  for (const { target, isIntersecting } of found) if (isIntersecting) unseen.delete(target.closest("[data-row]").dataset.row);
  tally();
}, { rootMargin: `0px 0px -${Math.ceil(foot)}px 0px` });

function tally() {
  const count = chosen().length;
  document.getElementById("chosen").textContent = `${count} of ${rows.size}`;
  document.getElementById("seen").textContent = unseen.size ? `${unseen.size} not on the screen yet.` : "";
  for (const one of form.querySelectorAll(".how-many")) one.textContent = count;
  document.documentElement.dataset.unseen = unseen.size;
}

function refuses() {
  if (chosen().length === 0) return "Nothing is in the list.";
  const first = chosen().find((row) => unseen.has(row.bound.handle));
  if (!first) return "";
  rowOf(first.bound.handle).scrollIntoView({ block: "center" });
  rowOf(first.bound.handle).querySelector("input").focus({ preventScroll: true });
  return "Look through the list first: some of it was not on the screen yet.";
}

const list = (verb) => async (text) => {
  const found = chosen();
  const role = form.elements.role.value;
  const reason = await said("reason", text);
  const items = found.map((row) => ({ handle: row.bound.handle, view: row.viewDigest }));
  const views = Object.fromEntries(found.map((row) => [row.bound.handle, { view: row.view, receipt: row.receipt }]));
  const millis = Math.round(performance.now() - openedAt);
  return sign(verb, { role, items, millis, ...reason.body }, { beside: { views, ...reason.beside }, listed: found.map((row) => ({ ...row, role })) });
};

const verbs = {
  approve: { field: document.getElementById("grounds") ? "grounds" : null, missing: "A reason is needed to approve these.", refuses, act: list("approve-list") },
  refuse: { field: "reason", missing: "A reason is needed to refuse.", refuses, act: list("refuse-list") },
};

for (const handle of rows.keys()) watching.observe(rowOf(handle).querySelector("tr.more"));
document.addEventListener("change", ({ target }) => { if (boxes.includes(target)) tally(); });
document.addEventListener("keydown", (event) => {
  const row = document.activeElement?.closest("[data-row]");
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || !row) return;
  row.querySelector("input[type=checkbox]").click();
});
panels(form);
tally();
sayer(form, verbs, (verb, { items }) => {
  form.hidden = true;
  for (const box of boxes) box.disabled = true;
  const states = new Set(items.map(({ state }) => state));
  const word = verb === "refuse" ? "refused" : states.has("pending") ? "approved by you; another person must approve them too" : "approved";
  decided(`${items.length} ${word}.`, verb === "refuse" ? "bad" : "good", [...states].join(" "));
});
