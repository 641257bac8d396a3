/* Beside each date field: how what was typed is read. The server decides; without this script it says so on saving. */
"use strict";
(() => {
  const wait = 250;
  function tell(field) {
    let told = field.parentElement.querySelector(".understood");
    if (!told) {
      told = document.createElement("output");
      told.className = "understood";
      told.htmlFor = field.id;
      field.insertAdjacentElement("afterend", told);
    }
    return told;
  }
  async function ask(field) {
    const told = tell(field);
    if (!field.value.trim()) { told.textContent = ""; return; }
    const asked = field.value;
    try {
      const answer = await fetch(`${field.dataset.understand}?q=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || field.value !== asked) return;
      const said = await answer.json();
      told.textContent = said.error || said.understood;
      told.classList.toggle("wrong", Boolean(said.error));
    } catch { told.textContent = ""; }
  }
  const timers = new WeakMap();
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("input.honest-date")) return;
    clearTimeout(timers.get(event.target));
    timers.set(event.target, setTimeout(ask, wait, event.target));
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("input.honest-date").forEach((field) => { if (field.value) ask(field); });
  });
})();
