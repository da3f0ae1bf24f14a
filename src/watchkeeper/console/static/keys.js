// One key, one thing: whatever carries `data-key` is pressed by that key.
//
// Keys are left alone in text fields and with modifiers, and for a moment after a page was shown,
// so that a key meant for one item does not hit the next.

const SETTLE_MS = 300;
let settling = 0; // nothing counts before the page is there, be it for the second time
const { dataset } = document.documentElement;
addEventListener("pageshow", () => {
  delete dataset.settled;
  clearTimeout(settling);
  settling = setTimeout(() => { dataset.settled = ""; }, SETTLE_MS);
});
dataset.keys = "";
for (const button of document.querySelectorAll(".keyshelp")) button.hidden = false;

const typing = (target) => target instanceof Element
  && target.closest("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
const seen = (element) => element.offsetParent !== null && !element.disabled;
const items = () => [...document.querySelectorAll("[data-item]")].filter(seen);

function move(step) {
  const all = items();
  if (all.length === 0) return;
  const at = all.findIndex((item) => item.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1)
    : Math.min(all.length - 1, Math.max(0, at + step));
  all[next].querySelector("a, button, input")?.focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function press(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(seen);
  if (!found) return false;
  found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (dataset.settled === undefined) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "i" && !press("i")) location.assign("/");
  else if (event.key.length !== 1 || !press(event.key)) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element && event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});
