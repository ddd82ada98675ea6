// The playground: examples in, the widget on the reply. Nothing is kept, and the address never holds a draft.
import { attach } from "../widget/tonfall.js";

const get = (id) => document.getElementById(id);
const [message, reply, channel, key] = ["message", "reply", "channel", "key"].map(get);
const groups = [...document.querySelectorAll(".cases")];

const tonfall = attach(reply, {
  panel: get("panel"),
  interfaceLanguage: document.documentElement.lang,
  customerMessage: message.value,
  channel: channel.value,
});

function choose(button) {
  for (const other of document.querySelectorAll(".cases button")) other.ariaPressed = String(other === button);
  message.value = button.dataset.message;
  reply.value = button.dataset.reply;
  channel.value = button.dataset.channel;
  message.scrollTop = reply.scrollTop = 0;
  tonfall.update({ customerMessage: message.value, channel: channel.value });
}

get("case-language").addEventListener("change", (event) => {
  for (const group of groups) group.hidden = group.dataset.language !== event.target.value;
  choose(document.querySelector(".cases:not([hidden]) button"));
});
for (const group of groups) {
  group.addEventListener("click", (event) => event.target.localName === "button" && choose(event.target));
}
message.addEventListener("input", () => tonfall.update({ customerMessage: message.value }));
channel.addEventListener("change", () => tonfall.update({ channel: channel.value }));
key?.addEventListener("input", () => tonfall.update({ key: key.value.trim() }));
