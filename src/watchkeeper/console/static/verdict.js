// One action: approve, refuse, ask back, take back. What the page shows is what the passkey signs.

import { decided, panels, said, sayer } from "./saying.js";
import { sign } from "./passkey.js";

const form = document.getElementById("verdict");
const { shown, view } = JSON.parse(document.getElementById("shown").textContent);
const openedAt = performance.now();
const about = () => form.dataset.handle;

const verdict = async (verb, text) => {
  const reason = await said("reason", text);
  const millis = Math.round(performance.now() - openedAt);
  const body = { handle: about(), role: form.elements.role.value, view: form.dataset.view, millis, ...reason.body };
  return sign(verb, body, { beside: { view, receipt: form.dataset.receipt, ...reason.beside }, shown });
};

const verbs = {
  approve: { field: "grounds", missing: "A reason is needed to approve this.", act: (text) => verdict("approve", text) },
  refuse: { field: "reason", missing: "A reason is needed to refuse.", act: (text) => verdict("refuse", text) },
  ask: {
    field: "ask",
    missing: "Write a question first.",
    act: async (text) => {
      const question = await said("text", text);
      return sign("ask", { handle: about(), role: form.elements.role.value, ...question.body }, { beside: question.beside });
    },
  },
  withdraw: { act: () => sign("withdraw", { handle: about(), reason: null }) },
};

const outcomes = {
  approve: { pending: "Approved by you; another person must approve too.", approved: "Approved.", released: "Approved, and done." },
  refuse: { refused: "Refused: the agent is told so." },
  ask: { pending: "Asked. The agent may answer while this waits." },
  withdraw: { pending: "Taken back." },
};

panels(form);
form.hidden = false;
sayer(form, verbs, (verb, { state }) => {
  form.hidden = true;
  decided(outcomes[verb][state] ?? `It is ${state}.`, verb === "refuse" ? "bad" : "good", state);
});
