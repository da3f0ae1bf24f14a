// Commands by form: stop, resume, settle, approve ahead, be away. Each is signed by the passkey of
// who is signed in.

import { hide, unsaid } from "./digests.js";
import { sign } from "./passkey.js";

const day = (text) => `${text}T00:00:00.000000Z`;
const bodies = {
  stop: ({ scope }) => ({ scopeKind: scope.slice(0, scope.indexOf(":")), scopeName: scope.slice(scope.indexOf(":") + 1) }),
  resume: ({ scopeKind, scopeName }) => ({ scopeKind, scopeName }),
  resolve: ({ actionId, status }) => ({ actionId, status }),
  standing: ({ handle, count, minutes, same, ...rest }) => ({
    handle,
    count: Number(count),
    seconds: Number(minutes) * 60,
    same: same === "on",
    caps: Object.entries(rest).filter(([name, most]) => name.startsWith("cap:") && most).map(([name, most]) => ({ argument: name.slice(4), most })),
  }),
  "end-standing": ({ id }) => ({ id }),
  away: ({ role, deputy, since, until }) => ({ role, deputy, since: day(since), until: day(until) }),
  "end-absence": ({ id }) => ({ id }),
};

async function command(form, button) {
  const told = form.querySelector(".told");
  const given = Object.fromEntries(new FormData(form, button?.name ? button : null));
  const verb = form.dataset.verb;
  const text = (given.reason ?? "").trim();
  const body = bodies[verb](given);
  const beside = {};
  if (verb !== "resolve") {
    const reason = text ? await hide(text) : null;
    body.reason = reason?.digest ?? null;
    if (reason) Object.assign(beside, { reason: text, salt: reason.salt });
  }
  for (const one of form.querySelectorAll("button")) one.disabled = true;
  told.dataset.tone = "";
  told.textContent = "Waiting for your passkey …";
  try {
    await sign(verb, body, { beside });
    told.dataset.tone = "good";
    told.textContent = "Done.";
    location.reload();
  } catch (error) {
    for (const one of form.querySelectorAll("button")) one.disabled = false;
    told.dataset.tone = "bad";
    told.textContent = unsaid(error);
  }
}

for (const form of document.querySelectorAll("form.command")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    command(form, event.submitter);
  });
}
