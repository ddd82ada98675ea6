/* Keys for those who would rather not reach for the mouse. `data-key` names an element's key; ? lists them all.
   They can be turned off (WCAG 2.1.4), and none is heard while something is being written. */

const OFF = "tonfall-keys-off";
const dialog = document.querySelector("#keys");
const toggle = document.querySelector("#keys-on");
const open = document.querySelector("#keys-open");

export const areOn = () => localStorage.getItem(OFF) === null;
export const isWriting = (target) =>
  target.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

function use(element) {
  if (element.matches("summary")) {
    element.parentElement.open = true;
    (element.parentElement.querySelector("input:not([type=hidden]), textarea, details summary") ?? element).focus();
  } else if (element.matches("textarea")) element.focus();
  else element.click();
}

function move(step) {
  const links = [...document.querySelectorAll("[data-list] a")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (key === "Escape" && isWriting(target)) target.blur();
  if (isWriting(target) || dialog?.open) return;
  if (key === "?") dialog?.showModal();
  else if (!areOn()) return;
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else {
    const element = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!element) return;
    use(element);
  }
  event.preventDefault();
});

if (open) {
  open.hidden = false;
  open.addEventListener("click", () => dialog.showModal());
}
if (toggle) {
  toggle.checked = areOn();
  toggle.addEventListener("change", () =>
    toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
}
document.documentElement.classList.add("keys");
