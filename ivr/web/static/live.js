// Keeps a page fresh: on each "figures" event the page's own address is fetched again and its #live-part put in place.
// While the page is hidden nothing is kept open; browsers allow few connections to one host.
"use strict";

(() => {
  const part = document.getElementById("live-part");
  const live = document.getElementById("live");
  if (!part || !live) return;
  let events = null;
  let fetching = false;
  let again = false;

  function say(state) {
    live.dataset.state = state;
    const text = live.dataset[state];
    if (live.textContent !== text) live.textContent = text;
  }

  function signIn() {
    disconnect();
    const here = window.location.pathname + window.location.search;
    window.location.assign("/sign-in?next=" + encodeURIComponent(here));
  }

  async function refresh() {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const answer = await fetch(window.location.pathname + window.location.search, {
        credentials: "same-origin",
        cache: "no-store",
        headers: { "X-Ivr-Live": "1" },
      });
      if (answer.status === 401) return signIn();
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live-part");
      if (!fresh) throw new Error("no figures in the answer");
      replace(fresh);
      say("live");
    } catch {
      say("lost");
    } finally {
      fetching = false;
      if (again) {
        again = false;
        refresh();
      }
    }
  }

  // What was opened stays open, what had the focus keeps it, and what was scrolled stays where it was.
  function replace(fresh) {
    const opened = new Map(Array.from(part.querySelectorAll("details[id]"), (each) => [each.id, each.open]));
    const scrolled = Array.from(part.querySelectorAll(".scroll"), (each) => each.scrollLeft);
    const focused = wayTo(document.activeElement);
    part.replaceChildren(...Array.from(fresh.childNodes));
    for (const [id, open] of opened) {
      const each = document.getElementById(id);
      if (each) each.open = open;
    }
    part.querySelectorAll(".scroll").forEach((each, place) => { each.scrollLeft = scrolled[place] ?? 0; });
    if (focused) found(focused)?.focus({ preventScroll: true });
    part.dispatchEvent(new CustomEvent("ivr:replaced", { bubbles: true }));
  }

  // An element without an id is found again as the n-th of its kind within the nearest one that has an id.
  function wayTo(element) {
    if (!element || !part.contains(element)) return null;
    const near = element.id ? element : element.closest("[id]");
    if (near === element) return { id: element.id };
    const alike = Array.from(near.querySelectorAll(element.tagName));
    return { id: near.id, kind: element.tagName, place: alike.indexOf(element) };
  }

  function found(way) {
    const near = document.getElementById(way.id);
    return way.kind === undefined ? near : near?.querySelectorAll(way.kind)[way.place];
  }

  function connect() {
    if (events) return;
    events = new EventSource("/events");
    events.addEventListener("figures", refresh);
    events.addEventListener("signed-out", signIn);
    events.addEventListener("error", () => {
      say("lost");
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
      say("paused");
    } else {
      connect();
    }
  });
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", () => { if (!document.hidden) connect(); });
  connect();
})();
