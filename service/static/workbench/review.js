/* Rating with the digits: a digit answers the group that has the focus, or else the first without an answer,
   and moves on to the next; after the last one Enter sends. Backspace goes back. */

import { areOn, isWriting } from "./keys.js";

const ratings = [...document.querySelectorAll("[data-rating]")];
const told = document.querySelector("#told");

const visible = () => ratings.find((form) => form.checkVisibility());
const groups = (form) => [...form.querySelectorAll("[data-group]")];
const answer = (group) => group.querySelector("input:checked");

function enter(group) {
  (answer(group) ?? group.querySelector("input")).focus();
  group.scrollIntoView({ block: "nearest" });
}

function rate(form, digit) {
  const all = groups(form);
  const group = all.find((each) => each.contains(document.activeElement)) ?? all.find((each) => !answer(each)) ?? all[0];
  const choice = group.querySelectorAll("input")[digit - 1];
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const next = all[all.indexOf(group) + 1] ?? all.find((each) => !answer(each));
  if (next) enter(next);
  else form.querySelector("button").focus();
}

function back(form) {
  const all = groups(form);
  const at = all.findIndex((each) => each.contains(document.activeElement));
  enter(all[at < 0 ? all.length - 1 : Math.max(at - 1, 0)]);
}

document.addEventListener("keydown", (event) => {
  const form = visible();
  if (!form || !areOn() || isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (/^[1-5]$/.test(event.key)) rate(form, Number(event.key));
  else if (event.key === "Backspace") back(form);
  else return;
  event.preventDefault();
});

/* An answer that is missing is named aloud, and taken to. */
for (const form of ratings) {
  form.addEventListener("invalid", (event) => {
    const group = event.target.closest("[data-group]");
    if (group && told && group === groups(form).find((each) => !answer(each))) {
      told.textContent = `${told.dataset.needs} ${group.querySelector("legend").firstChild.textContent.trim()}`;
    }
  }, true);
}

/* The first group has the focus from the start, so that the first digit can follow the first glance. */
const first = document.querySelector("#rating");
if (first && !document.activeElement.matches("input, textarea, a, button")) groups(first)[0].querySelector("input").focus({ preventScroll: true });
