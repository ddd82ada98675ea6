/**
 * Tonfall in a reply box: one ES module, no dependencies, no build step.
 *
 *   import { attach } from "https://tonfall.example/widget/tonfall.js";
 *   const tonfall = attach(document.querySelector("textarea"), { customerMessage, key });
 *
 * Options, events and a complete example: service/README.md. The service appends STRINGS to this file: the
 * interface's texts by language.
 */
const DIMENSIONS = ["empathy", "politeness", "clarity"];
const MOST_ADVICE = 3;
const DEFAULTS = {
  endpoint: new URL("..", import.meta.url).href,
  key: null,
  customerMessage: null,
  channel: null,
  language: null,
  interfaceLanguage: null,
  model: null,
  adviceLevel: null,
  mode: "advise",
  thresholds: { empathy: 3, politeness: 3, clarity: 3 },
  timeoutMs: 2500,
  pauseMs: 400,
  panel: null,
};
const SCORED_BY = ["endpoint", "key", "customerMessage", "channel", "language", "model", "adviceLevel"];

/** Put Tonfall on a textarea or a contenteditable element; answers its controller. */
export function attach(element, options = {}) {
  return new Controller(element, options);
}

class Controller {
  #element;
  #options = { ...DEFAULTS };
  #field;
  #panel;
  #detached = new AbortController();
  #pause = 0;
  #request = null;
  #scored = null; // { text, result } of the last answer
  #quietUntil = 0;
  #dismissed = new Set();
  #strong = null; // the advice or dimension under the pointer or the focus

  constructor(element, options) {
    this.#element = element;
    this.#options = { ...DEFAULTS, ...options };
    this.#field = element.localName === "textarea" ? new TextareaField(element) : new EditableField(element);
    this.#panel = new Panel(element, this.#options.panel, {
      apply: (advice, replacement) => this.#apply(advice, replacement),
      dismiss: (advice) => this.#settle(advice, "dismiss", "dismissed"),
      contest: (about) => this.#contest(about),
      point: (at) => this.#point(at),
      back: () => element.focus({ preventScroll: true }),
    });
    this.#panel.speak(this.#interfaceLanguage());
    const { signal } = this.#detached;
    element.addEventListener("input", (event) => event.isComposing || this.#changed(), { signal });
    element.addEventListener("compositionend", () => this.#changed(), { signal });
    addEventListener("online", () => this.#changed(), { signal });
    this.#changed();
  }

  /** Change options; scores again where they change the scores. */
  update(options) {
    this.#options = { ...this.#options, ...options };
    if ("interfaceLanguage" in options) {
      this.#panel.speak(this.#interfaceLanguage());
      this.#show();
    }
    if ([...SCORED_BY, "interfaceLanguage"].some((name) => name in options)) {
      this.#scored &&= { ...this.#scored, stale: true };
      this.#quietUntil = 0;
      this.#changed();
    }
  }

  /** Take Tonfall off again; nothing of it stays in the page. */
  detach() {
    this.#detached.abort();
    clearTimeout(this.#pause);
    this.#abort();
    this.#field.remove();
    this.#panel.remove();
  }

  /** What a plugin asks before it sends: `{ allowed, reason }`. When in doubt, the reply goes out. */
  async maySend() {
    const { mode } = this.#options;
    if (mode !== "ask" && mode !== "block") return { allowed: true, reason: "advise" };
    if (!this.#field.text.trim()) return { allowed: true, reason: "ok" };
    const result = await this.#fresh();
    if (!result) return { allowed: true, reason: "unavailable" };
    const dimensions = this.#low(result);
    if (!dimensions.length) return { allowed: true, reason: "ok" };
    if (!this.#emit("veto", { result, dimensions, mode }, true)) return { allowed: true, reason: "lifted" };
    if (mode === "block") {
      this.#panel.block(dimensions);
      return { allowed: false, reason: "below" };
    }
    const reason = await this.#panel.ask(dimensions);
    if (reason === "wrong") for (const dimension of dimensions) this.#contest({ dimension });
    return { allowed: Boolean(reason), reason: reason ?? "back" };
  }

  #low(result) {
    return DIMENSIONS.filter((dimension) => {
      const { status, interval } = result.scores[dimension];
      return status === "ok" && interval[1] < (this.#options.thresholds[dimension] ?? 0);
    });
  }

  #interfaceLanguage() {
    const wanted = [this.#options.interfaceLanguage, document.documentElement.lang, ...navigator.languages];
    const tags = wanted.map((tag) => (tag ?? "").toLowerCase().split("-")[0]).map((tag) => (tag === "no" ? "nb" : tag));
    return tags.find((tag) => tag in STRINGS) ?? "en";
  }

  #changed() {
    this.#abort();
    clearTimeout(this.#pause);
    if (!this.#field.text.trim()) {
      this.#scored = null;
      this.#panel.clear();
      this.#field.mark([]);
      return;
    }
    this.#panel.wait();
    this.#mark();
    if (this.#isFresh()) return this.#show();
    const { pauseMs } = this.#options;
    this.#pause = setTimeout(() => this.#start(), Math.max(pauseMs, this.#quietUntil - Date.now()));
  }

  #isFresh() {
    return this.#scored !== null && !this.#scored.stale && this.#scored.text === this.#field.text;
  }

  #abort() {
    this.#request?.controller.abort();
    this.#request = null;
  }

  /** Ask for the text as it is now; `done` is the result, null without one, undefined when overtaken. */
  #start() {
    this.#abort();
    clearTimeout(this.#pause);
    const request = { text: this.#field.text, controller: new AbortController() };
    this.#request = request;
    request.done = this.#ask(request);
    return request;
  }

  async #ask(request) {
    const { customerMessage, channel, language, model, adviceLevel } = this.#options;
    const answer = await post(this.#options, "v1/score", request.controller.signal, {
      reply: request.text.toWellFormed?.() ?? request.text,
      customer_message: customerMessage?.trim() ? customerMessage : null,
      channel,
      language,
      model,
      advice_language: this.#interfaceLanguage(),
      ...(adviceLevel && { advice_level: adviceLevel }),
    });
    if (this.#request !== request) return undefined;
    this.#request = null;
    if (answer.trouble) return this.#bear(answer);
    this.#scored = { text: request.text, result: answer.result };
    this.#panel.line("private");
    this.#emit("score", { result: answer.result });
    this.#scored.isShown = this.#emit("advice", { advice: answer.result.advice ?? [] }, true);
    this.#show();
    return answer.result;
  }

  /** One quiet line; the agent goes on. A service that named a time is asked again then. */
  #bear({ trouble, retryMs }) {
    this.#panel.line(trouble, { seconds: Math.ceil((retryMs ?? 0) / 1000) });
    this.#emit("error", { trouble });
    if (retryMs) {
      this.#quietUntil = Date.now() + retryMs;
      this.#pause = setTimeout(() => this.#start(), retryMs);
    }
    return null;
  }

  /** The result for the text as it is when it is needed, or null when there is none in time. */
  async #fresh() {
    const end = Date.now() + this.#options.timeoutMs;
    while (!this.#isFresh()) {
      if (Date.now() >= end || Date.now() < this.#quietUntil || this.#detached.signal.aborted) return null;
      const request = this.#request?.text === this.#field.text ? this.#request : this.#start();
      const result = await Promise.race([request.done, sleep(end - Date.now())]);
      if (result === null) return null;
    }
    return this.#scored.result;
  }

  #show() {
    if (this.#scored) this.#panel.show(this.#scored.result, this.#advice());
    this.#mark();
  }

  #advice() {
    const { result, isShown } = this.#scored;
    const open = (result.advice ?? []).filter((advice) => !this.#dismissed.has(this.#name(advice)));
    return isShown ? open.slice(0, MOST_ADVICE) : [];
  }

  #name(advice) {
    return `${advice.rule} ${this.#scored.text.slice(advice.start_utf16, advice.end_utf16)}`;
  }

  #point(at) {
    this.#strong = at;
    this.#mark();
  }

  /** Draw the sentences that advice is about; those that moved a score while it is pointed at. */
  #mark() {
    if (!this.#scored) return;
    const { text, result } = this.#scored;
    const place = moved(text, this.#field.text);
    const marks = [];
    if (this.#strong?.dimension && !this.#strong.rule) {
      for (const sentence of result.evidence ?? []) {
        const effect = sentence.effects[this.#strong.dimension];
        if (Math.abs(effect) >= 0.05) marks.push({ name: effect > 0 ? "raises" : "lowers", ...place(sentence) });
      }
    } else {
      for (const advice of this.#advice()) {
        const name = isSame(advice, this.#strong) ? "strong" : advice.dimension;
        if (advice.end_utf16 > advice.start_utf16) marks.push({ name, ...place(advice) });
      }
    }
    this.#field.mark(marks.filter((mark) => mark.end > mark.start));
  }

  /** An advice as the last answer gave it: the panel may show it a little longer. */
  #latest(advice) {
    return this.#scored && this.#advice().find((other) => isSame(other, advice));
  }

  #apply(shown, replacement) {
    const advice = this.#latest(shown);
    const { start, end } = advice ? moved(this.#scored.text, this.#field.text)(advice) : {};
    if (start === undefined || !this.#emit("apply", { advice, replacement }, true)) return;
    this.#strong = null;
    this.#feedback("accepted", advice);
    this.#field.replace(start, end, replacement);
  }

  #settle(shown, event, verdict) {
    const advice = this.#latest(shown);
    if (!advice || !this.#emit(event, { advice }, true)) return;
    this.#strong = null;
    this.#dismissed.add(this.#name(advice));
    this.#feedback(verdict, advice);
    this.#show();
  }

  #contest(about) {
    if (about.rule) this.#settle(about, "contest", "contested");
    else if (this.#scored && this.#emit("contest", about, true)) this.#feedback("contested", about);
    this.#panel.line("noted");
  }

  /** Tell the service, without a word of the text; a service that does not take it is no trouble. */
  #feedback(verdict, { rule = null, dimension }) {
    const { id, model_version } = this.#scored.result;
    const about = rule ? "advice" : "score";
    const body = { score_id: id, model_version, about, dimension, rule, verdict };
    post(this.#options, "v1/feedback", this.#detached.signal, body, {
      "Idempotency-Key": [id, rule ?? dimension, verdict].join("-"),
    });
  }

  /** False where a listener prevented it. */
  #emit(name, detail, cancelable = false) {
    const event = new CustomEvent(`tonfall:${name}`, { detail, cancelable, bubbles: true, composed: true });
    this.#element.dispatchEvent(event);
    if (!event.defaultPrevented) this.#options[`on${name[0].toUpperCase()}${name.slice(1)}`]?.(detail, event);
    return !event.defaultPrevented;
  }
}

/* ---- the service ---- */

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms, null));

/** `{ result }` or `{ trouble, retryMs }`; never throws. */
async function post({ endpoint, key, timeoutMs }, path, signal, body, headers = {}) {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(new URL(path, endpoint.replace(/\/*$/, "/")), {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(key && { Authorization: `Bearer ${key}` }), ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, late]),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    if (response.ok) return { result: await response.json() };
    return troubleOf(response);
  } catch {
    return { trouble: late.aborted ? "timeout" : navigator.onLine ? "unavailable" : "offline" };
  }
}

function troubleOf(response) {
  const { status, headers } = response;
  if (status === 401 || status === 403) return { trouble: "unauthorized" };
  if (status === 413 || status === 422) return { trouble: "refused" };
  if (status !== 429 && status !== 503) return { trouble: "unavailable" };
  const wait = headers.get("Retry-After") ?? "5";
  const ms = /^\d+$/.test(wait) ? Number(wait) * 1000 : Date.parse(wait) - Date.now();
  return { trouble: "busy", retryMs: Math.min(Math.max(ms || 5000, 1000), 120_000) };
}

/* ---- the text ---- */

/** From spans of the scored text to the text as it is now; `{}` for what an edit has touched. */
function moved(before, now) {
  const shorter = Math.min(before.length, now.length);
  let head = 0;
  while (head < shorter && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const shift = now.length - before.length;
  return ({ start_utf16: start, end_utf16: end }) => {
    if (end <= head) return { start, end };
    return start >= before.length - tail ? { start: start + shift, end: end + shift } : {};
  };
}

/** Where a caret goes when `start`-`end` becomes `length` long. */
function caretAfter(at, start, end, length) {
  if (at <= start) return at;
  return at >= end ? at + length - (end - start) : Math.min(at, start + length);
}

/** The browser's own typing, so that undo and the page's editor notice. */
function type(text) {
  return text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
}

/** Marks are painted over the text by the CSS Custom Highlight API; no element is added to it. */
class Marks {
  static #sheet = null;
  #ranges = [];

  static sheet() {
    if (!Marks.#sheet) {
      Marks.#sheet = new CSSStyleSheet();
      Marks.#sheet.replaceSync(MARK_STYLES);
    }
    return Marks.#sheet;
  }

  draw(marks) {
    if (!globalThis.CSS?.highlights) return;
    for (const [name, range] of this.#ranges) CSS.highlights.get(name)?.delete(range);
    this.#ranges = marks.map(({ name, range }) => [`tonfall-${name}`, range]);
    for (const [name, range] of this.#ranges) {
      if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
      CSS.highlights.get(name).add(range);
    }
  }
}

/** A textarea: its text is mirrored in front of it, invisible and out of the flow, to carry the marks. */
class TextareaField {
  #element;
  #marks = new Marks();
  #host = document.createElement("tonfall-marks");
  #layer = h("div", { class: "layer" });
  #mirror = document.createTextNode("");
  #resized = new ResizeObserver(() => this.#fit());
  #off = new AbortController();

  constructor(element) {
    this.#element = element;
    const root = this.#host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles(MIRROR_STYLES), Marks.sheet()];
    this.#host.ariaHidden = "true";
    this.#layer.append(h("div", { class: "mirror" }, this.#mirror));
    root.append(this.#layer);
    element.after(this.#host);
    this.#resized.observe(element);
    element.addEventListener("scroll", () => this.#scroll(), { signal: this.#off.signal, passive: true });
    addEventListener("resize", () => this.#fit(), { signal: this.#off.signal });
  }

  get text() {
    return this.#element.value;
  }

  mark(marks) {
    this.#mirror.data = marks.length ? this.text : "";
    this.#marks.draw(marks.map(({ name, start, end }) => ({ name, range: this.#range(start, end) })));
    if (marks.length) this.#fit();
  }

  replace(start, end, replacement) {
    const field = this.#element;
    const caret = [field.selectionStart, field.selectionEnd];
    const { scrollTop } = field;
    field.focus({ preventScroll: true });
    field.setSelectionRange(start, end);
    if (!type(replacement)) {
      field.setRangeText(replacement, start, end);
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    field.setSelectionRange(...caret.map((at) => caretAfter(at, start, end, replacement.length)));
    field.scrollTop = scrollTop;
  }

  remove() {
    this.#off.abort();
    this.#resized.disconnect();
    this.#marks.draw([]);
    this.#host.remove();
  }

  #range(start, end) {
    const range = new Range();
    range.setStart(this.#mirror, start);
    range.setEnd(this.#mirror, end);
    return range;
  }

  #fit() {
    const field = this.#element;
    const computed = getComputedStyle(field);
    const { style } = this.#layer;
    for (const name of MIRRORED) style.setProperty(name, computed.getPropertyValue(name));
    const to = field.getBoundingClientRect();
    const from = this.#host.getBoundingClientRect();
    style.setProperty("inline-size", `${field.clientWidth}px`);
    style.setProperty("block-size", `${field.clientHeight}px`);
    const x = to.left + field.clientLeft - from.left;
    const y = to.top + field.clientTop - from.top;
    style.setProperty("transform", `translate(${x}px, ${y}px)`);
    this.#scroll();
  }

  #scroll() {
    this.#layer.scrollTo(this.#element.scrollLeft, this.#element.scrollTop);
  }
}

const MIRRORED = [
  "direction", "font-family", "font-size", "font-style", "font-variant", "font-weight", "font-stretch",
  "font-feature-settings", "letter-spacing", "line-height", "padding-top", "padding-right", "padding-bottom",
  "padding-left", "tab-size", "text-align", "text-indent", "text-transform", "white-space", "word-spacing",
  "overflow-wrap", "word-break", "hyphens",
];
const BLOCK = /^(ADDRESS|ARTICLE|ASIDE|BLOCKQUOTE|DD|DIV|DL|DT|FIGURE|FOOTER|H[1-6]|HEADER|LI|MAIN|OL|P|PRE|SECTION|TABLE|TR|UL)$/;

/** A contenteditable element: lines where the eye sees them, and the way back from offsets to nodes. */
class EditableField {
  #element;
  #marks = new Marks();

  constructor(element) {
    this.#element = element;
    document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((s) => s !== Marks.sheet()), Marks.sheet()];
  }

  get text() {
    return this.#read().text;
  }

  mark(marks) {
    const { pieces } = this.#read();
    this.#marks.draw(marks.map(({ name, start, end }) => ({ name, range: rangeOf(pieces, start, end) })).filter((m) => m.range));
  }

  replace(start, end, replacement) {
    const { pieces } = this.#read();
    const selection = getSelection();
    const isInside = selection.rangeCount && this.#element.contains(selection.anchorNode);
    const caret = isInside ? offsetOf(pieces, selection.focusNode, selection.focusOffset) : end;
    const range = rangeOf(pieces, start, end);
    if (!range) return;
    this.#element.focus({ preventScroll: true });
    select(range);
    if (!type(replacement)) {
      range.deleteContents();
      range.insertNode(document.createTextNode(replacement));
      this.#element.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    const at = caretAfter(caret, start, end, replacement.length);
    const back = rangeOf(this.#read().pieces, at, at);
    if (back) select(back);
  }

  remove() {
    this.#marks.draw([]);
  }

  /** The text, and each text node with where it starts in it. */
  #read() {
    const pieces = [];
    let text = "";
    const visit = (node) => {
      if (node.nodeType === Node.TEXT_NODE) {
        pieces.push({ node, start: text.length });
        text += node.data.replaceAll("\u00a0", " ");
      } else if (node.nodeName === "BR") {
        if (node.nextSibling || !BLOCK.test(node.parentNode.nodeName) || node.parentNode === this.#element) text += "\n";
      } else {
        const isBlock = BLOCK.test(node.nodeName) && node !== this.#element;
        if (isBlock && text && !text.endsWith("\n")) text += "\n";
        node.childNodes.forEach(visit);
        if (isBlock && node.nextSibling) text += "\n";
      }
    };
    visit(this.#element);
    return { text, pieces };
  }
}

function rangeOf(pieces, start, end) {
  const first = pieces.find(({ node, start: s }) => start <= s + node.data.length && start >= s && (start < s + node.data.length || start === end));
  const last = pieces.find(({ node, start: s }) => end <= s + node.data.length);
  if (!first || !last) return null;
  const range = new Range();
  range.setStart(first.node, start - first.start);
  range.setEnd(last.node, Math.max(end - last.start, 0));
  return range;
}

function offsetOf(pieces, node, offset) {
  const piece = pieces.find((p) => p.node === node);
  return piece ? piece.start + offset : (pieces.find((p) => node.contains(p.node))?.start ?? 0);
}

function select(range) {
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

/* ---- the panel ---- */

/** The same advice in two answers, wherever its words have moved to. */
function isSame(a, b) {
  return Boolean(a && b) && a.rule === b.rule && a.message === b.message && String(a.replacements) === String(b.replacements);
}

/** What the agent sees: three gauges, advice, one quiet line. Its size never changes with what it says. */
class Panel {
  #host = document.createElement("tonfall-panel");
  #root;
  #on;
  #t = () => "";
  #number;
  #gauges = {};
  #slots = [];
  #stage;
  #empty;
  #card = null;
  #line;
  #summary;
  #said = {};
  #saying = 0;
  #shown = null;

  constructor(element, container, on) {
    this.#on = on;
    this.#root = this.#host.attachShadow({ mode: "open" });
    this.#root.adoptedStyleSheets = [styles(PANEL_STYLES)];
    if (container) container.append(this.#host);
    else (element.nextElementSibling?.localName === "tonfall-marks" ? element.nextElementSibling : element).after(this.#host);
  }

  /** Build it in a language; what it showed is shown again by the caller. */
  speak(language) {
    const strings = STRINGS[language];
    this.#t = (key, values = {}) => strings[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
    this.#number = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const t = this.#t;
    this.#close();
    this.#gauges = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, this.#gauge(dimension)]));
    this.#slots = Array.from({ length: MOST_ADVICE }, () => ({ element: h("li", { hidden: true }), advice: null }));
    this.#empty = h("p", { class: "empty" }, t("empty.before"));
    const list = h("ul", { "aria-label": t("advice.list") }, ...this.#slots.map((slot) => slot.element));
    this.#stage = h("div", { class: "stage" }, this.#empty, list);
    this.#line = h("p", { class: "line" }, t("line.private"));
    this.#summary = h("p", { class: "summary", role: "status" });
    const gauges = h("div", { class: "gauges" }, ...DIMENSIONS.map((dimension) => this.#gauges[dimension].element));
    const panel = h("section", { class: "panel", lang: language, "aria-label": t("name") }, gauges, this.#stage, this.#line, this.#summary);
    this.#root.replaceChildren(panel);
  }

  remove() {
    this.#close();
    clearTimeout(this.#saying);
    this.#host.remove();
  }

  wait() {
    this.#root.firstChild.classList.add("waiting");
  }

  clear() {
    this.#shown = null;
    this.#root.firstChild.classList.remove("waiting");
    for (const dimension of DIMENSIONS) this.#set(dimension, null);
    this.#place([]);
    this.#close();
    this.#empty.textContent = this.#t("empty.before");
    this.line("private");
  }

  line(key, values) {
    this.#line.textContent = this.#t(`line.${key}`, values);
    this.#root.firstChild.classList.toggle("waiting", false);
  }

  show(result, advice) {
    this.#shown = result;
    this.#root.firstChild.classList.remove("waiting");
    for (const dimension of DIMENSIONS) this.#set(dimension, result.scores[dimension]);
    this.#place(advice);
    const counted = DIMENSIONS.map((d) => result.scores[d]).filter((score) => score.status !== "not_needed");
    const isGood = counted.every((score) => score.status === "ok" && score.value >= 3.5);
    this.#empty.textContent = advice.length ? "" : this.#t(isGood ? "empty.good" : "empty.no_advice");
    this.#announce(result, advice.length);
  }

  /** The reason an agent chooses for sending as it is; null to go on writing. */
  ask(dimensions) {
    return new Promise((resolve) => {
      const choices = ["firm", "known", "wrong"].map((reason) => [this.#t(`ask.${reason}`), () => resolve(reason)]);
      this.#decide(dimensions, "ask.question", choices, () => resolve(null));
    });
  }

  block(dimensions) {
    this.#decide(dimensions, "block.question", [], () => {});
  }

  #decide(dimensions, question, choices, leave) {
    const title = this.#t("ask.title", { dimensions: dimensions.map((d) => this.#t(`dimension.${d}`)).join(", ") });
    const buttons = [...choices, [this.#t("ask.back"), leave, "primary"]].map(([text, act, look = ""]) =>
      button(text, () => { act(); this.#close(); this.#on.back(); }, { class: look }));
    this.#open({ role: "alertdialog", title, content: [h("p", {}, this.#t(question)), h("div", { class: "choices" }, ...buttons)], back: this.#on.back, leave });
    buttons[0].focus({ preventScroll: true });
  }

  #gauge(dimension) {
    const t = this.#t;
    const name = button(t(`dimension.${dimension}`), () => this.#explain(dimension), { class: "name", "aria-expanded": "false" });
    const value = h("span", { class: "value", "aria-hidden": "true" });
    const scale = h("div", { class: "scale", role: "meter", "aria-label": t(`dimension.${dimension}`), "aria-valuemin": "1", "aria-valuemax": "5", "aria-valuenow": "1", "aria-valuetext": t("gauge.empty") },
      h("i", { class: "whisker" }), h("i", { class: "dot" }));
    const element = h("div", { class: `gauge ${dimension}` }, name, value, scale);
    this.#pointing(element, { dimension });
    return { element, name, value, scale };
  }

  #set(dimension, score) {
    const { element, value, scale } = this.#gauges[dimension];
    const status = score?.status ?? "empty";
    element.dataset.status = status;
    value.replaceChildren(!score ? "" : status === "ok" ? this.#number.format(score.value) : this.#t(`status.${status}`));
    scale.ariaValueNow = score?.value ?? 1;
    const isRated = score && status !== "unsupported_language";
    scale.ariaValueText = !score ? this.#t("gauge.empty") : [status !== "ok" && this.#t(`status.${status}`), isRated && this.#t("gauge.value", this.#numbers(score))].filter(Boolean).join(", ");
    if (!isRated) return;
    const at = (rating) => (rating - 1) / 4;
    scale.style.setProperty("--value", at(score.value));
    scale.style.setProperty("--low", at(score.interval[0]));
    scale.style.setProperty("--width", at(score.interval[1]) - at(score.interval[0]));
  }

  #numbers({ value, interval }) {
    const [low, high] = interval.map((bound) => this.#number.format(bound));
    return { value: this.#number.format(value), low, high };
  }

  /** Advice that stays keeps its place: nothing jumps under the pointer. */
  #place(advice) {
    const hadFocus = this.#root.activeElement?.closest("li");
    const free = new Set(this.#slots);
    const coming = advice.filter((item) => {
      const slot = [...free].find((one) => isSame(one.advice, item));
      if (slot) slot.advice = item;
      return !free.delete(slot);
    });
    for (const slot of free) {
      slot.advice = coming.shift() ?? null;
      slot.element.hidden = !slot.advice;
      slot.element.replaceChildren(...(slot.advice ? this.#row(slot) : []));
    }
    if (hadFocus && !this.#root.activeElement) (this.#root.querySelector("li:not([hidden]) button") ?? this.#gauges.empathy.name).focus({ preventScroll: true });
  }

  #row(slot) {
    const t = this.#t;
    const { advice } = slot;
    slot.element.className = advice.dimension;
    if (!slot.isPointing) this.#pointing(slot.element, () => slot.advice);
    slot.isPointing = true;
    const [replacement] = advice.replacements;
    const actions = h("div", { class: "actions" },
      replacement !== undefined && button(t("advice.apply"), () => this.#on.apply(slot.advice, replacement), { class: "primary", title: t("advice.apply_to", { replacement }), "aria-description": t("advice.apply_to", { replacement }) }),
      button(t("advice.why"), (event) => this.#reason(slot.advice, event.currentTarget), { "aria-expanded": "false" }),
      button("×", () => this.#on.dismiss(slot.advice), { class: "icon", "aria-label": t("advice.dismiss"), title: t("advice.dismiss") }));
    return [h("p", { class: "message", dir: "auto" }, advice.message), actions];
  }

  #reason(advice, opener) {
    const t = this.#t;
    const replacements = advice.replacements.map((replacement) =>
      button(replacement, () => { this.#close(); this.#on.apply(advice, replacement); }, { class: "replacement", dir: "auto", "aria-label": t("advice.apply_to", { replacement }) }));
    const wrong = button(t("advice.wrong"), () => { this.#close(); this.#on.contest(advice); }, { class: "plain" });
    this.#open({ title: advice.message, content: [h("p", { dir: "auto" }, advice.reason), ...replacements, wrong], opener, tone: advice.dimension });
    this.#on.point(advice);
  }

  #explain(dimension) {
    const t = this.#t;
    const score = this.#shown?.scores[dimension];
    const content = [score && h("p", {}, t(`explained.${score.status}`, this.#numbers(score)))];
    const effects = (this.#shown?.evidence ?? []).map((sentence) => sentence.effects[dimension]);
    if (effects.some((effect) => effect >= 0.05)) content.push(h("p", { class: "legend raises" }, t("evidence.raises")));
    if (effects.some((effect) => effect <= -0.05)) content.push(h("p", { class: "legend lowers" }, t("evidence.lowers")));
    if (score) content.push(button(t("advice.wrong"), () => { this.#close(); this.#on.contest({ dimension }); }, { class: "plain" }));
    this.#open({ title: t(`question.${dimension}`), content, opener: this.#gauges[dimension].name, tone: dimension });
    this.#on.point({ dimension });
  }

  /** A card lies over the advice, so that nothing moves; Escape closes it. */
  #open({ title, content, opener = null, tone = "", role = "dialog", back = () => {}, leave = () => {} }) {
    const isAgain = opener && this.#card?.opener === opener;
    this.#close();
    if (isAgain) return;
    const close = button("×", () => this.#close(true), { class: "icon close", "aria-label": this.#t("card.close") });
    const element = h("div", { class: `card ${tone}`, role, "aria-label": title, tabindex: "-1" }, h("p", { class: "title", dir: "auto" }, title), close, h("div", { class: "content" }, ...content));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#close(true);
    });
    opener?.setAttribute("aria-expanded", "true");
    this.#card = { element, opener, back, leave };
    this.#stage.classList.add("covered");
    this.#stage.append(element);
    element.focus({ preventScroll: true });
  }

  #close(isLeft = false) {
    if (!this.#card) return;
    const { element, opener, back, leave } = this.#card;
    const hadFocus = element.contains(this.#root.activeElement);
    this.#card = null;
    element.remove();
    this.#stage.classList.remove("covered");
    opener?.setAttribute("aria-expanded", "false");
    this.#on.point(null);
    leave();
    if (isLeft) back();
    if (hadFocus && opener) opener.focus({ preventScroll: true });
  }

  /** While the pointer or the focus is on it, its sentences are marked more strongly. */
  #pointing(element, what) {
    const at = () => (typeof what === "function" ? what() : what);
    const leave = () => this.#card || this.#on.point(null);
    const enter = () => this.#card || this.#on.point(at());
    element.addEventListener("pointerenter", enter);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("focusin", enter);
    element.addEventListener("focusout", leave);
  }

  /** To a screen reader, after a while, and only what changed enough to matter. */
  #announce(result, count) {
    const now = Object.fromEntries(DIMENSIONS.map((d) => [d, Math.round(result.scores[d].value * 2) / 2]));
    if (DIMENSIONS.every((d) => now[d] === this.#said[d]) && this.#said.count === count) return;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.#said = { ...now, count };
      const numbers = Object.fromEntries(DIMENSIONS.map((d) => {
        const { status, value } = result.scores[d];
        return [d, status === "ok" ? this.#number.format(value) : this.#t(`status.${status}`)];
      }));
      const advice = count === 0 ? this.#t("summary.none") : count === 1 ? this.#t("summary.one") : this.#t("summary.many", { count });
      this.#summary.textContent = `${this.#t("summary.scores", numbers)} ${advice}`;
    }, 1500);
  }
}

/* ---- elements and styles ---- */

function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== false && child !== undefined && child !== null));
  return element;
}

function button(text, act, attributes = {}) {
  const element = h("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

function styles(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

const MARK_STYLES = `
::highlight(tonfall-empathy) { text-decoration: underline 2px solid #c2588b; }
::highlight(tonfall-politeness) { text-decoration: underline 2px dashed #4c82cf; }
::highlight(tonfall-clarity) { text-decoration: underline 2px dotted #2e9683; }
::highlight(tonfall-strong) { text-decoration: underline 3px solid #b8801f; background-color: rgb(230 170 50 / .22); }
::highlight(tonfall-raises) { text-decoration: underline 2px solid #2e9683; background-color: rgb(46 150 131 / .14); }
::highlight(tonfall-lowers) { text-decoration: underline 3px dotted #c4622d; background-color: rgb(196 98 45 / .14); }
`;

const MIRROR_STYLES = `
:host { position: absolute; inline-size: 0; block-size: 0; pointer-events: none; }
.layer { position: absolute; inset: 0 auto auto 0; box-sizing: border-box; overflow: hidden; color: transparent; contain: strict; }
.mirror { min-inline-size: 100%; }
@media print { :host { display: none; } }
`;

const PANEL_STYLES = `
:host {
  --paper: light-dark(#ffffff, #1c1f24); --ink: light-dark(#22262b, #e9e7e2); --soft: light-dark(#5c626b, #a8adb5);
  --line: light-dark(#dedad2, #383d45); --track: light-dark(#e9e6df, #32363d);
  display: block; container-type: inline-size; font-size: .9375rem; line-height: 1.4; color: var(--ink);
}
.empathy { --tone: light-dark(#a23a70, #eb9dc2); --mark: solid; }
.politeness { --tone: light-dark(#2b5fae, #98bdf5); --mark: dashed; }
.clarity { --tone: light-dark(#0f6e5d, #78cfbd); --mark: dotted; }
* { box-sizing: border-box; }
p, ul { margin: 0; padding: 0; }
[hidden] { display: none !important; }
.panel { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; overflow: clip; }

.gauges { display: grid; grid-template-columns: repeat(3, 1fr); gap: .25rem 1.75rem; padding: .875rem 1.125rem 1rem; }
.gauge { display: grid; grid-template-columns: auto 1fr; align-items: baseline; gap: .375rem .5rem; min-inline-size: 0; }
.name { justify-self: start; margin-inline-start: -.375rem; padding: .125rem .375rem; font-weight: 600; }
.value { align-self: center; block-size: 1.375rem; line-height: 1.375rem; text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; }
.gauge:not([data-status="ok"]) .value { align-content: center; color: var(--soft); font-size: .75rem; line-height: .6875rem; font-style: italic; white-space: normal; }
.scale { grid-column: 1 / -1; position: relative; block-size: 1rem; margin-inline: .4rem;
  background: linear-gradient(var(--track) 0 0) center / 100% 2px no-repeat; }
.scale::before { content: ""; position: absolute; inset: .25rem -1px; opacity: .9;
  background: repeating-linear-gradient(to right, var(--line) 0 2px, transparent 2px 25%); border-inline-end: 2px solid var(--line); }
.whisker, .dot { position: absolute; inset: 0; transition: transform .35s cubic-bezier(.2, .7, .2, 1), opacity .2s; }
.whisker { inset-block: .375rem; background: var(--tone); opacity: .32; border-radius: 1px; transform-origin: 0 50%;
  transform: translateX(calc(var(--low, 0) * 100%)) scaleX(var(--width, 0)); }
.dot { transform: translateX(calc(var(--value, 0) * 100%)); }
.dot::before { content: ""; position: absolute; inset: calc(50% - .4375rem) auto auto -.4375rem; inline-size: .875rem; block-size: .875rem;
  border-radius: 50%; background: var(--tone); border: 2px solid var(--paper); }
:host(:dir(rtl)) .scale { transform: scaleX(-1); }
.gauge[data-status="empty"] :is(.whisker, .dot), .gauge:not([data-status]) :is(.whisker, .dot), .gauge[data-status="unsupported_language"] :is(.whisker, .dot) { opacity: 0; }
.gauge[data-status="uncertain"] .dot::before, .gauge[data-status="not_needed"] .dot::before { background: var(--paper); border-color: var(--tone); }
.gauge[data-status="not_needed"] .whisker { opacity: .14; }
.waiting :is(.whisker, .dot, .value, .message) { opacity: .5; }
.waiting .whisker { opacity: .18; }

.stage { position: relative; block-size: var(--tonfall-advice-size, 10.5rem); border-block-start: 1px solid var(--line); }
.empty { position: absolute; inset: 0; display: grid; place-content: center; padding: 1rem; text-align: center; color: var(--soft); }
ul { position: absolute; inset: 0; display: grid; grid-template-rows: repeat(3, 1fr); list-style: none; }
.covered > :not(.card) { visibility: hidden; }
li { display: flex; align-items: center; gap: .75rem; padding-inline: 1.125rem .75rem; min-block-size: 0; }
li + li { border-block-start: 1px solid color-mix(in srgb, var(--line) 55%, transparent); }
li:is(:hover, :focus-within) { background: color-mix(in srgb, var(--tone) 6%, transparent); }
.message { flex: 1; min-inline-size: 0; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; transition: opacity .2s; }
li::before { content: ""; flex: none; inline-size: .875rem; border-block-end: 3px var(--mark) var(--tone); }
.actions { display: flex; flex: none; gap: .125rem; align-items: center; }

button { font: inherit; font-size: .875rem; color: inherit; background: none; border: 1px solid transparent; border-radius: .5rem;
  padding: .25rem .5rem; min-block-size: 1.75rem; min-inline-size: 1.75rem; cursor: pointer; }
button:hover { background: color-mix(in srgb, var(--ink) 8%, transparent); }
:focus-visible { outline: 2px solid light-dark(#2b5fae, #98bdf5); outline-offset: 1px; }
.primary, .choices button { border-color: color-mix(in srgb, var(--ink) 35%, transparent); }
.primary { font-weight: 600; }
.icon { font-size: 1.125rem; line-height: 1; color: var(--soft); }
.plain { color: var(--soft); text-decoration: underline; text-underline-offset: .2em; text-decoration-color: var(--line); padding-inline: 0; }

.card { position: absolute; inset: 0; padding: .75rem 1.125rem; overflow-y: auto; overscroll-behavior: contain; background: var(--paper);
  display: grid; grid-template-columns: 1fr auto; align-content: start; gap: .375rem .5rem; }
.card:focus { outline: none; }
.title { font-weight: 600; padding-block: .125rem; }
.close { margin-inline-end: -.375rem; margin-block-start: -.125rem; }
.content { grid-column: 1 / -1; display: grid; gap: .375rem; justify-items: start; color: var(--soft); }
.choices { display: flex; flex-wrap: wrap; gap: .375rem; color: var(--ink); }
.replacement { text-align: start; color: var(--ink); border-color: var(--line); padding: .375rem .625rem; }
.legend { font-size: .875rem; }
.line { min-block-size: 2.125rem; padding: .4375rem 1.125rem; font-size: .8125rem; color: var(--soft); border-block-start: 1px solid var(--line);
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.summary { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@container (max-width: 36rem) {
  .gauges { grid-template-columns: 1fr; gap: .375rem; padding: .75rem 1rem; }
  .gauge { grid-template-columns: 6rem 1fr 4rem; align-items: center; }
  .gauge .scale { grid-column: 2; grid-row: 1; }
}
@container (max-width: 30rem) {
  .stage { block-size: var(--tonfall-advice-size, 18rem); }
  li { flex-wrap: wrap; align-content: center; gap: .125rem .625rem; padding-inline: 1rem; }
  .message { flex-basis: calc(100% - 1.5rem); -webkit-line-clamp: 3; line-height: 1.3; }
  .actions { inline-size: 100%; justify-content: end; }
  .line { white-space: normal; min-block-size: 3.125rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) {
  .whisker, .dot::before { forced-color-adjust: none; background: CanvasText; }
  .whisker { opacity: .6; }
  .scale { background: linear-gradient(GrayText 0 0) center / 100% 2px no-repeat; forced-color-adjust: none; }
}
`;
