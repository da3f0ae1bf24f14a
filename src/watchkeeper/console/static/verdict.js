// Approve and refuse: what the page shows is what the passkey signs.

import { hide, unsaid } from "./digests.js";
import { sign } from "./passkey.js";

const form = document.getElementById("verdict");
const told = document.querySelector(".told");
const why = document.getElementById("why");
const { shown, view } = JSON.parse(document.getElementById("shown").textContent);
const openedAt = performance.now();
form.hidden = false;

function say(text, tone = "") {
  told.dataset.tone = tone;
  told.textContent = text;
}

async function decide(verb) {
  const text = form.elements.reason.value.trim();
  if (verb === "refuse" && !text) {
    say("A reason is needed to refuse.", "bad");
    form.elements.reason.focus();
    return;
  }
  const reason = text ? await hide(text) : null;
  const body = {
    handle: form.dataset.handle,
    role: form.elements.role.value,
    reason: reason ? reason.digest : null,
    view: form.dataset.view,
    millis: Math.round(performance.now() - openedAt),
  };
  const beside = { view, receipt: form.dataset.receipt };
  if (reason) Object.assign(beside, { reason: text, salt: reason.salt });
  busy(true);
  say("Waiting for your passkey …");
  try {
    const answer = await sign(verb, body, { beside, shown });
    form.hidden = true;
    say(outcomes[answer.state] ?? `It is ${answer.state}.`, answer.state === "refused" ? "bad" : "good");
    document.documentElement.dataset.decided = answer.state;
  } catch (error) {
    busy(false);
    say(unsaid(error), "bad");
  }
}

const outcomes = {
  pending: "Approved by you; another person must approve too.",
  approved: "Approved.",
  refused: "Refused: the agent is told so.",
  released: "Approved, and done.",
};

function busy(is) {
  for (const button of form.querySelectorAll("button")) button.disabled = is;
}

form.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button") : null;
  if (!button) return;
  if (button.dataset.say) decide(button.dataset.say);
  if (button.dataset.shows) {
    why.hidden = false;
    button.setAttribute("aria-expanded", "true");
    why.querySelector("button").focus();
  }
  if (button.dataset.reason) {
    form.elements.reason.value = button.dataset.reason;
    form.elements.reason.focus();
  }
});
form.addEventListener("submit", (event) => event.preventDefault());
