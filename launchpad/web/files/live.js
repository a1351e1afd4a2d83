"use strict";
// Puts what has changed into the page, and says when nothing is heard any more.
(() => {
  const SILENCE = 8000;
  const lost = document.getElementById("lost");
  // This machine's clock may be set, and its counter may stand still while it sleeps: the later one counts.
  const clocks = () => [Date.now(), performance.now()];
  let heard = clocks();
  let source;

  const replace = (id, html) => {
    const part = document.getElementById(id);
    if (!part) return;
    const details = [...part.querySelectorAll("details[id]")].map((each) => [each.id, each.open]);
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.innerHTML = html;
    for (const [name, open] of details) {
      const again = document.getElementById(name);
      if (again) again.open = open;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const listen = () => {
    source = new EventSource("/events");
    source.onmessage = (event) => {
      heard = clocks();
      for (const [id, html] of Object.entries(JSON.parse(event.data))) replace(id, html);
    };
  };

  const look = () => {
    const silent = Math.max(...clocks().map((now, at) => now - heard[at]));
    if (source.readyState === EventSource.CLOSED && silent > SILENCE / 2) listen();
    const away = silent > SILENCE;
    if (away && lost.hidden) {
      lost.textContent = `NOT LIVE: what stands here is ${document.getElementById("as-of").textContent}`;
    }
    lost.hidden = !away;
    document.body.classList.toggle("lost", away);
  };

  listen();
  setInterval(look, 1000);
})();
