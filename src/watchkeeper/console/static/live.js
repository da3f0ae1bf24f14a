// Rows that come while the page is open. Made of text alone: what agents say is never markup.

import { stream } from "./stream.js";

const MOST = 200;
const rows = document.getElementById("rows");
const state = document.getElementById("state");
const pause = document.getElementById("pause");
const held = [];
let paused = false;

const tones = { allow: "good", succeeded: "good", approve: "good", resume: "good", escalate: "warn", block: "bad", failed: "bad", refuse: "bad", stop: "bad" };
const words = { allow: "allowed", escalate: "escalated", block: "blocked", approve: "approved", refuse: "refused", stop: "stopped", resume: "resumed" };

function make(tag, className, ...parts) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...parts);
  return made;
}

/** Signs that are not seen, or turn the direction of what follows, are spelt out. */
function plainly(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = char.codePointAt(0);
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function row(one) {
  const said = one.outcome || one.kind;
  const who = [one.agent || one.by, one.reasons.join(", ")].filter(Boolean).join(" · ");
  const time = make("time", "", `${one.at.slice(11, 16)} UTC`);
  time.dateTime = one.at;
  const parts = [
    make("span", "what", make("bdi", "", plainly(one.tool || one.kind)), " ", make("small", "", make("bdi", "", plainly(who)))),
    make("span", "state", make("span", `chip ${tones[said] ?? ""}`, words[said] ?? said)),
    make("span", "soft at", time),
  ];
  const line = make(one.actionId ? "a" : "span", one.actionId ? "" : "row", ...parts);
  if (one.actionId) line.href = `/d/${encodeURIComponent(one.actionId)}?at=${one.ref.shard}/${one.ref.index}`;
  return make("li", "fresh", line);
}

function add(one) {
  rows.querySelector(".none")?.remove();
  rows.prepend(row(one));
  while (rows.children.length > MOST) rows.lastElementChild.remove();
}

function hear(_, one) {
  if (paused) {
    held.push(one);
    if (held.length > MOST) held.shift();
    state.textContent = `Paused; ${held.length} more since.`;
  } else add(one);
}

const kinds = ["decision", "verdict", "effect", "void", "stop", "resume", "question", "answer"];
stream(Object.fromEntries(new URLSearchParams(location.search)), rows.dataset.newest, kinds, hear, {
  gap: () => { state.textContent = "Too much at once to show all of it; load the page again for the newest."; },
  opened: () => { state.textContent = "What is recorded appears here as it comes."; document.documentElement.dataset.live = ""; },
  broken: () => { state.textContent = "Not connected; trying again."; },
});

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.firstChild.textContent = paused ? "Go on " : "Pause ";
  if (!paused) {
    for (const one of held.splice(0)) add(one);
    state.textContent = "What is recorded appears here as it comes.";
  }
});
