// Tells whoever reads one action that something was said or done about it since it was opened.

import { stream } from "./stream.js";

const { action, me, seen } = document.querySelector("[data-action]").dataset;
const note = document.querySelector(".changed");
const kinds = ["decision", "verdict", "effect", "void", "question", "answer"];

function changed() {
  note.hidden = false;
  document.documentElement.dataset.changed = "";
}

// What one does oneself is told where it is done.
stream({ action }, seen, kinds, (_, { by }) => { if (by !== me) changed(); }, {
  gap: changed,
  opened: () => { document.documentElement.dataset.watched = ""; },
});
