"use strict";
// The view's half of MCP Apps 2026-01-26: JSON-RPC with the frame around it, and nothing with anyone else.
const host = (() => {
  const waiting = new Map(), heard = {};
  let count = 0, can = {};
  const send = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const tell = (method, params = {}) => send({ method, params });
  const ask = (method, params) => new Promise((done, failed) => {
    const id = ++count;
    waiting.set(id, { done, failed });
    send({ id, method, params });
  });
  const style = (context) => {
    const root = document.documentElement;
    if (context.theme === "light" || context.theme === "dark") {
      root.dataset.theme = root.style.colorScheme = context.theme;
    }
    for (const [name, value] of Object.entries(context.styles?.variables ?? {})) {
      if (/^--[a-z0-9-]+$/.test(name) && typeof value === "string") root.style.setProperty(name, value);
    }
    const inset = context.safeAreaInsets;
    if (inset) document.body.style.padding = ["top", "right", "bottom", "left"].map((side) => `${Number(inset[side]) || 0}px`).join(" ");
  };
  const answers = { ping: () => ({}), "ui/resource-teardown": () => ({}) };
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || data?.jsonrpc !== "2.0") return;
    if (data.method === undefined) {
      const asked = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error) asked?.failed(new Error(data.error.message));
      else asked?.done(data.result);
    } else if (data.id !== undefined) {
      const answer = Object.hasOwn(answers, data.method) && answers[data.method];
      if (answer) send({ id: data.id, result: answer() });
      else send({ id: data.id, error: { code: -32601, message: "Method not found" } });
    } else if (data.method === "ui/notifications/host-context-changed") style(data.params ?? {});
    else if (Object.hasOwn(heard, data.method)) heard[data.method](data.params ?? {});
  });
  let size = "";
  const measured = () => {
    const { width, height } = document.body.getBoundingClientRect();
    const params = { width: Math.ceil(width), height: Math.ceil(height) };
    if (size === (size = JSON.stringify(params))) return;
    tell("ui/notifications/size-changed", params);
  };
  return {
    can: (what) => can[what] !== undefined,
    on: (what, does) => { heard[`ui/notifications/${what}`] = does; },
    async call(name, args) {
      const given = await ask("tools/call", { name, arguments: args });
      if (given.isError) throw new Error(spoken(given));
      return given;
    },
    async read(uri) {
      const { contents } = await ask("resources/read", { uri });
      return contents[0].text;
    },
    // What the user did, for the model to know at its next turn; each replaces the one before.
    note: async (text) => { if (can.updateModelContext) await ask("ui/update-model-context", { content: [{ type: "text", text }] }); },
    say: (text) => ask("ui/message", { role: "user", content: [{ type: "text", text }] }),
    async start(name) {
      const said = await ask("ui/initialize", {
        appInfo: { name: `backwright-${name}`, version: "1" },
        appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
        protocolVersion: "2026-01-26",
      });
      can = said.hostCapabilities ?? {};
      style(said.hostContext ?? {});
      tell("ui/notifications/initialized");
      new ResizeObserver(measured).observe(document.body);
    },
  };
})();

const $ = (id) => document.getElementById(id);
// Text goes in as text nodes only, whoever wrote it.
const el = (name, how, ...children) => {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(how ?? {})) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true || typeof value === "string") made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};
const word = (text) => String(text ?? "").replaceAll("_", " ");
// What stands in backticks is code.
const prose = (text) => String(text ?? "").split(/`([^`]+)`/).map((part, odd) => (odd % 2 ? el("code", null, part) : part));
const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
const spoken = (result) => (result.content ?? []).filter((one) => one.type === "text").map((one) => one.text).join("\n");
// What the user pressed last, while it does what it does: what comes of it is said, and the focus goes on, from there.
let pressed = null;
const show = (...nodes) => {
  $("view").replaceChildren(...nodes.flat(9).filter(Boolean));
  const head = pressed && $("view").querySelector("h1");
  if (!head) return;
  head.tabIndex = -1;
  head.focus();
};
const said = (text, bad) => {
  const place = $("said");
  if (pressed?.isConnected) (pressed.closest(".row") ?? pressed).after(place);
  place.replaceChildren(text);
  place.className = bad ? "badge error" : "quiet";
};
const section = (title, ...nodes) => el("section", null, el("h2", null, title), nodes);
const MARKS = { added: "+", removed: "\u2212" };
const line = (kind, number, text, hit) => el(`div.${kind}${hit ? `.hit.${hit}` : ""}`, null,
  el("span.number", null, String(number ?? "")), el("span.mark", { "aria-hidden": "true" }, MARKS[kind] ?? ""), el("span.text", null, text));
const lines = (label, rows) => el("div.lines", { role: "group", "aria-label": label, tabindex: "0" }, rows);
// A button that works once at a time and says what went wrong.
const button = (label, does, main) => {
  const made = el(main ? "button.main" : "button", { type: "button" }, label);
  made.addEventListener("click", async () => {
    made.disabled = true;
    pressed = made;
    try {
      if (await does() === "keep") return made.nextElementSibling?.focus();
    } catch (error) {
      said(error.message, true);
    } finally {
      pressed = null;
    }
    made.disabled = false;
    if (document.activeElement === document.body) made.focus();
  });
  return made;
};
// A name that others chose, for a sentence of ours: one line, and short.
const quoted = (text) => JSON.stringify(String(text).replace(/[^\x20-\x7e\u00a1-\u024f]/g, "?").slice(0, 200));
