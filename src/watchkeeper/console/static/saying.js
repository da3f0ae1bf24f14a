// What every form of a verdict does: panels that open, one sentence of what came of it.

import { hide, unsaid } from "./digests.js";

const told = document.querySelector(".told");

/** Say one sentence, which screen readers read out; `tone` is good, bad, or none. */
export function say(text, tone = "") {
  told.dataset.tone = tone;
  told.textContent = text;
}

/** Say what came of it, and offer to look at it as it stands now. */
export function decided(text, tone, state) {
  say(text, tone);
  document.documentElement.dataset.decided = state;
  const stands = again("See how it stands");
  (document.querySelector('.onward [data-key="n"]') ?? stands).focus({ preventScroll: true });
}

/** Put a link to this very page behind the sentence. */
function again(text) {
  const link = document.createElement("a");
  link.href = "";
  link.textContent = text;
  told.append(" ", link);
  return link;
}

/** A text that goes with a command: its digest for the body, itself and its salt beside. */
export async function said(name, text) {
  if (!text) return { body: { [name]: null }, beside: {} };
  const { digest, salt } = await hide(text);
  return { body: { [name]: digest }, beside: { [name]: text, salt } };
}

/** Buttons with `data-shows` open their panel, and close the others. */
export function panels(form) {
  form.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button?.dataset.shows) open(form, button.dataset.shows);
    if (button?.dataset.reason) {
      const field = button.closest(".panel").querySelector("textarea");
      field.value = button.dataset.reason;
      field.focus();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") open(form, null);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

function open(form, id) {
  for (const button of form.querySelectorAll("[data-shows]")) {
    const shows = button.dataset.shows === id;
    button.setAttribute("aria-expanded", String(shows));
    const panel = document.getElementById(button.dataset.shows);
    if (!shows && panel.contains(document.activeElement)) button.focus();
    panel.hidden = !shows;
    if (shows) panel.querySelector(".canned button, textarea").focus();
  }
}

/** Buttons with `data-say` say their verb: `verbs[verb]` is `{act, field, missing}`. */
export function sayer(form, verbs, done) {
  form.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element ? target.closest("button[data-say]") : null;
    if (!button) return;
    const verb = button.dataset.say;
    const { act, field, missing, refuses = () => "" } = verbs[verb];
    const area = field ? document.getElementById(field) : null;
    const text = area?.value.trim() ?? "";
    if (area && !text) {
      say(missing, "bad");
      area.focus();
      return;
    }
    const why = refuses();
    if (why) {
      say(why, "bad");
      return;
    }
    busy(form, true);
    say("Waiting for your passkey …");
    try {
      done(verb, await act(text));
    } catch (error) {
      busy(form, false);
      button.focus();
      say(unsaid(error), "bad");
      if (error.code) again("Load it again");
    }
  });
}

function busy(form, is) {
  for (const button of form.querySelectorAll("button")) button.disabled = is;
}
