// Moves a line along the timeline while a layout plays, marks the part that is heard, and plays from where one clicks.
// Without it the sound plays all the same.
"use strict";

(() => {
  const player = document.getElementById("layout-sound");
  const chart = document.querySelector("svg.timeline[data-seconds]");
  if (!player || !chart) return;
  const playhead = chart.querySelector(".playhead");
  const line = playhead.querySelector("line");
  const seconds = Number(chart.dataset.seconds);
  const left = Number(chart.dataset.left);
  const span = Number(chart.dataset.span);
  const rows = Array.from(document.querySelectorAll("tr[data-begins]"), (row) => ({
    row, begins: Number(row.dataset.begins), ends: Number(row.dataset.begins) + Number(row.dataset.seconds),
  }));
  let moving = false;

  function show() {
    const now = player.currentTime;
    const x = left + (span * Math.min(now, seconds)) / seconds;
    line.setAttribute("x1", x.toFixed(2));
    line.setAttribute("x2", x.toFixed(2));
    const isUntouched = now === 0 && player.paused;
    playhead.toggleAttribute("hidden", isUntouched || now > seconds);
    for (const { row, begins, ends } of rows) {
      row.classList.toggle("now", !isUntouched && now >= begins && now < ends);
    }
  }

  function move() {
    show();
    moving = !player.paused && !player.ended;
    if (moving) window.requestAnimationFrame(move);
  }

  function playFrom(second) {
    player.currentTime = second;
    player.play();
  }

  player.addEventListener("play", () => { if (!moving) move(); });
  for (const name of ["pause", "ended", "seeked", "timeupdate"]) player.addEventListener(name, show);

  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const x = ((event.clientX - box.left) * chart.viewBox.baseVal.width) / box.width;
    playFrom(Math.min(Math.max(((x - left) / span) * seconds, 0), seconds));
  });
  for (const link of document.querySelectorAll("a[data-from]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      playFrom(Number(link.dataset.from));
    });
  }
})();
