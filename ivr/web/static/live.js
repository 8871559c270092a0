// Keeps the figures fresh: on each "figures" event the table's part of the page is fetched and put in place.
// While the page is hidden nothing is kept open; browsers allow few connections to one host.
"use strict";

(() => {
  const figures = document.getElementById("figures");
  const live = document.getElementById("live");
  const address = "/fragments/agents" + window.location.search;
  let events = null;
  let fetching = false;
  let again = false;

  function say(state, text) {
    live.dataset.state = state;
    if (live.textContent !== text) live.textContent = text;
  }

  function signIn() {
    window.location.assign("/sign-in");
  }

  async function refresh() {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401) return signIn();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      replace(await answer.text());
      say("live", "live");
    } catch {
      say("lost", "connection lost, trying again");
    } finally {
      fetching = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  }

  function replace(html) {
    const open = new Set(Array.from(figures.querySelectorAll("details[open]"), (each) => each.id));
    const focused = document.activeElement?.closest?.("#figures details")?.id;
    figures.innerHTML = html;
    for (const each of figures.querySelectorAll("details")) {
      each.open = open.has(each.id);
    }
    if (focused) document.getElementById(focused)?.querySelector("summary")?.focus({ preventScroll: true });
  }

  function connect() {
    if (events) return;
    events = new EventSource("/events");
    events.addEventListener("figures", refresh);
    events.addEventListener("signed-out", signIn);
    events.addEventListener("error", () => {
      say("lost", "connection lost, trying again");
      if (events && events.readyState === EventSource.CLOSED) {
        disconnect();
        window.setTimeout(() => { if (!document.hidden) { connect(); refresh(); } }, 5000);
      }
    });
  }

  function disconnect() {
    events?.close();
    events = null;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      disconnect();
      say("off", "paused");
    } else {
      connect();
    }
  });
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", () => { if (!document.hidden) connect(); });
  connect();
})();
