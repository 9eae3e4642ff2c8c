// What htmx does not do: the dialog of faults, Enter that sends, the newest message in view, what went wrong.
"use strict";

const byId = (id) => document.getElementById(id);

function scrollToNewest() {
  const thread = byId("thread");
  if (thread) thread.scrollTop = thread.scrollHeight;
}

function say(text) {
  const toast = byId("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("shown"), 6000);
}

function setLive(isLive) {
  const live = byId("live");
  live.textContent = isLive ? "live" : "reconnecting";
  live.classList.toggle("on", isLive);
}

// Whether the reader was at the end before a piece came: only then it stays there.
let isAtEnd = true;

document.addEventListener("htmx:before:swap", () => {
  const thread = byId("thread");
  isAtEnd = !thread || thread.scrollHeight - thread.scrollTop - thread.clientHeight < 40;
});

document.addEventListener("htmx:after:swap", (event) => {
  if (isAtEnd) scrollToNewest();
  const ctx = event.detail.ctx;
  if (ctx?.request?.action?.includes("/faults/")) byId("fault-form")?.scrollIntoView({ block: "nearest" });
  if (ctx?.request?.action?.endsWith("/faults") && !byId("faults").open) byId("faults").showModal();
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement;
  if (form instanceof HTMLFormElement && form.matches(".reply") && ctx.response.status < 400) form.reset();
});

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement instanceof HTMLFormElement) return; // it shows the answer itself
  let text = ctx.text;
  try {
    text = JSON.parse(text).error;
  } catch {
    // not of the API: shown as it came
  }
  say(text || `The emulator answered ${ctx.response.status}.`);
});

document.addEventListener("htmx:error", () => say("The emulator does not answer."));
document.addEventListener("fault-armed", () => byId("faults").close());
document.addEventListener("htmx:sse:after:connection", () => setLive(true));
document.addEventListener("htmx:sse:error", () => setLive(false));
document.addEventListener("htmx:sse:before:connection", () => setLive(false));

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]") || event.target === byId("faults")) byId("faults").close();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".reply textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

document.addEventListener("DOMContentLoaded", scrollToNewest);
