/* Names for screen readers where the stock admin shows them only to the eye: choosers, and the cells of inlines. */
"use strict";
(() => {
  const words = (node) => (node ? node.textContent.replace(/[:\s]+$/, "").trim() : "");
  function heading(cell) {
    const table = cell.closest("table");
    const heads = table ? table.querySelectorAll("thead th") : [];
    const place = [...cell.parentElement.children].filter((one) => one.offsetParent !== null || one === cell).indexOf(cell);
    return words(heads[place] || heads[cell.cellIndex]);
  }
  function nameAll(root) {
    root.querySelectorAll(".tabular td input:not([type=hidden]), .tabular td select, .tabular td textarea").forEach((field) => {
      if (field.labels && field.labels.length) return;
      const name = heading(field.closest("td"));
      if (name) field.setAttribute("aria-label", name);
    });
    root.querySelectorAll(".tabular thead th:empty").forEach((head) => {
      const hidden = document.createElement("span");
      hidden.className = "visually-hidden";
      hidden.textContent = head.classList.contains("original") ? "Row" : "More";
      head.append(hidden);
    });
    const search = document.getElementById("searchbar");
    if (search) search.setAttribute("aria-label", "Search");
    root.querySelectorAll(".datetime input").forEach((field) => {
      if (field.hasAttribute("aria-label")) return;
      const row = field.closest(".form-row");
      field.setAttribute("aria-label", `${words(row && row.querySelector("label, legend"))} ${field.classList.contains("vTimeField") ? "time" : "date"}`.trim());
    });
    root.querySelectorAll("select.admin-autocomplete").forEach((field) => {
      const chooser = field.parentElement.querySelector(".select2-selection");
      if (!chooser) return;
      const label = field.labels && field.labels[0];
      const name = words(label) || field.getAttribute("aria-label") || "Choose";
      chooser.setAttribute("aria-label", name);
      const shown = chooser.querySelector(".select2-selection__rendered");
      if (shown && shown.getAttribute("role") === "textbox") shown.setAttribute("aria-label", name);
      const search = chooser.querySelector(".select2-search__field");
      if (search) search.setAttribute("aria-label", name);
      chooser.removeAttribute("aria-labelledby");
    });
  }
  // The choosers are made by jQuery some time after the page is there, and with every row that is added.
  let waiting = 0;
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(nameAll, 0, document);
  }
  document.addEventListener("DOMContentLoaded", () => {
    soon();
    new MutationObserver((changes) => {
      if (changes.some((change) => [...change.addedNodes].some((node) => node.nodeType === 1 && node.matches(".select2, tr, .inline-related, .datetimeshortcuts")))) soon();
    }).observe(document.body, { childList: true, subtree: true });
  });
})();
