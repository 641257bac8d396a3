/* The desk's script: keys, selected words, the ten seconds, and the next candidate in one round trip.
   Every part of it has a plain form or link behind it; without this file the desk still works. */
"use strict";
(() => {
  const KEYS = "onrecord-desk-keys";
  const desk = () => document.getElementById("desk");
  const form = () => document.getElementById("coding");
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const say = (words) => { document.getElementById("said").textContent = words; };
  const keysOn = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; } };
  let timers = [];
  let selected = null;
  let dirty = false;

  /* --- Swapping: a decision is posted, and the answer is the next screen ------------------- */

  let busy = false;
  async function send(target, submitter) {
    if (busy) return;
    busy = true;
    const data = new FormData(target);
    if (submitter && submitter.name) data.append(submitter.name, submitter.value);
    desk().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(target.action, {
        method: "POST", body: data, headers: { "X-Desk": "1" }, credentials: "same-origin", redirect: "follow",
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("desk");
      if (!fresh) throw new Error(String(answer.status));
      const url = answer.headers.get("X-Desk-Url") || answer.url;
      desk().replaceWith(document.adoptNode(fresh));
      if (url && new URL(url, location.href).href !== location.href) history.pushState({ desk: 1 }, "", url);
      document.title = page.title;
      ready(true);
    } catch (error) {
      const words = "The server could not be reached, so nothing was decided. What you typed is still here: try again.";
      refuse(words);
    } finally {
      busy = false;
      desk().removeAttribute("aria-busy");
    }
  }

  function refuse(words) {
    let box = $("#unreached");
    if (!box) {
      box = document.createElement("div");
      box.id = "unreached";
      box.className = "wrong";
      box.setAttribute("role", "alert");
      ($(".pane.coding") || $("#main")).prepend(box);
    }
    box.textContent = words;
    box.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("submit", (event) => {
    const target = event.target;
    if (target.method !== "post" || !target.closest("#desk") || target.closest(".who")) return;
    if (!$(".review-main") && !target.classList.contains("after")) return;
    const submitter = event.submitter;
    if (submitter && submitter.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      say($("#outlook").textContent);
      return;
    }
    event.preventDefault();
    send(target, submitter);
  });
  window.addEventListener("popstate", () => location.reload());
  window.addEventListener("beforeunload", (event) => { if (dirty && !busy) event.preventDefault(); });  // the browser asks

  /* --- Code points and UTF-16 units --------------------------------------------------------- */

  const points = (text) => { let n = 0; for (const _ of text) n += 1; return n; };
  const units = (text, count) => { let n = 0, at = 0; for (const letter of text) { if (n === count) return at; n += 1; at += letter.length; } return at; };

  function pieces(line) {
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT, (node) =>
      node.parentElement.closest("[data-skip]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    return found;
  }

  /* The offset of a place in the document, in code points of the stored text; null outside the article. */
  function offsetOf(node, inside, atEnd) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const line = element.closest("#text .line");
    if (!line) return null;
    let at = Number(line.dataset.start);
    const range = document.createRange();
    range.setStart(node, inside);
    range.collapse(true);
    for (const piece of pieces(line)) {
      if (piece === node) return at + points(piece.data.slice(0, inside));
      if (range.comparePoint(piece, 0) >= 0) return at;
      at += points(piece.data);
    }
    return atEnd || at >= 0 ? at : null;
  }

  function rangeOf(start, end) {
    const range = document.createRange();
    let open = false;
    for (const line of $$("#text .line")) {
      let at = Number(line.dataset.start);
      for (const piece of pieces(line)) {
        const length = points(piece.data);
        if (!open && start < at + length && end > at) {
          range.setStart(piece, units(piece.data, Math.max(0, start - at)));
          open = true;
        }
        if (open && end <= at + length && end > at) {
          range.setEnd(piece, units(piece.data, end - at));
          return range;
        }
        if (open) range.setEnd(piece, piece.data.length);
        at += length;
      }
    }
    return open ? range : null;
  }

  function wordsOf(start, end) {
    const parts = [];
    for (const line of $$("#text .line")) {
      const text = pieces(line).map((piece) => piece.data).join("");
      const at = Number(line.dataset.start);
      const length = points(text);
      if (at >= end || at + length <= start) continue;
      parts.push(text.slice(units(text, Math.max(0, start - at)), units(text, Math.min(length, end - at))));
    }
    return parts.join("\n");
  }

  function selection() {
    const now = getSelection();
    if (!now.rangeCount || now.isCollapsed) return null;
    const range = now.getRangeAt(0);
    const article = $("#text");
    if (!article || !article.contains(range.commonAncestorContainer)) return null;
    let start = offsetOf(range.startContainer, range.startOffset, false);
    let end = offsetOf(range.endContainer, range.endOffset, true);
    if (start === null || end === null || end <= start) return null;
    const words = [...wordsOf(start, end)];
    let left = 0, right = words.length;
    while (left < right && /\s/.test(words[left])) left += 1;
    while (right > left && /\s/.test(words[right - 1])) right -= 1;
    end -= words.length - right;
    start += left;
    return end > start ? { start, end, words: wordsOf(start, end) } : null;
  }

  document.addEventListener("selectionchange", () => {
    const found = selection();
    if (found) selected = found;
    const fresh = found && document.getElementById("propose");
    if (fresh) {
      fresh.elements.words.value = found.words;
      fresh.elements.start.value = found.start;
      fresh.elements.end.value = found.end;
    }
    $$(".take").forEach((button) => { button.hidden = !selected; });
  });

  /* --- Quotes ------------------------------------------------------------------------------------ */

  function setQuote(item, found) {
    const field = (name) => $(`[name$="-${name}"]`, item);
    field("text").value = found.words;
    field("start").value = found.start;
    field("end").value = found.end;
    item.classList.remove("blank");
    const link = $(".show", item);
    link.dataset.start = found.start;
    link.dataset.end = found.end;
    dirty = true;
    changed();
    show(found.start, found.end, false);
    say(`Quote set to “${found.words}”, ${found.start} to ${found.end}.`);
  }

  const quoteItems = () => $$('[data-list="quotes"] .item').filter((item) => {
    const gone = $('[name$="-DELETE"]', item);
    return !item.classList.contains("blank") && !(gone && gone.checked);
  });

  function newQuote() {
    if (!selected || !form()) return;
    setQuote(add("quotes", false), selected);
  }

  function extendQuote() {
    const last = quoteItems().pop();
    if (!selected || !last) return newQuote();
    const from = Number($('[name$="-start"]', last).value), to = Number($('[name$="-end"]', last).value);
    const start = Math.min(from, selected.start), end = Math.max(to, selected.end);
    setQuote(last, { start, end, words: wordsOf(start, end) });
  }

  /* Open the blank row of a list, and leave another blank one behind it. */
  function add(name, focus = true) {
    const list = $(`[data-list="${name}"]`);
    const blank = $(".item.blank", list) || $(".item:last-child", list);
    const total = form().elements[`${name}-TOTAL_FORMS`];
    const spare = blank.cloneNode(true);
    const number = Number(total.value);
    for (const node of [spare, ...$$("*", spare)]) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) {
        const value = node.getAttribute(attribute);
        if (value) node.setAttribute(attribute, value.replace(new RegExp(`${name}-\\d+-`), `${name}-${number}-`));
      }
    }
    total.value = number + 1;
    list.append(spare);
    blank.classList.remove("blank");
    if (focus) $("input:not([type=hidden]), select, textarea", blank).focus();
    return blank;
  }

  /* --- Showing a stretch of the article ------------------------------------------------------------ */

  function show(start, end, scroll = true) {
    const range = rangeOf(start, end);
    if (!range) return false;
    if (window.Highlight && CSS.highlights) CSS.highlights.set("shown", new Highlight(range));
    else { const now = getSelection(); now.removeAllRanges(); now.addRange(range); }
    if (scroll) {
      const line = range.startContainer.parentElement.closest(".line");
      line.scrollIntoView({ block: "center" });
    }
    return true;
  }

  /* --- What is chosen, and what follows ------------------------------------------------------------- */

  const chosen = (name) => { const field = form().elements[name]; return field ? field.value : ""; };

  function reveal(box, first, value) {
    if (!value) return;
    if (first && !first.value) first.value = value;  // a second coding has no proposal
    if (!box) return;
    box.hidden = false;
    const same = box.dataset.value === value;
    const words = $(".agrees", box);
    if (words) words.textContent = same ? "You agree." : "You differ; both are kept.";
  }

  function changed() {
    const held = form();
    if (!held) return;
    const stance = $(".chips.stance", held);
    if (stance) reveal($(".proposal", stance.parentElement), held.elements.first_stance, chosen("stance"));
    for (const voice of $$(".voice", held)) {
      const box = $(".capacity :checked", voice);
      reveal($(".proposal", voice), $('[name$="-first"]', voice), box ? box.value : "");
    }
    const outlook = $("#outlook");
    const publish = $('[data-key="p"][value="publish"]');
    if (!outlook || !publish || publish.disabled || !held.elements.channel) return;
    const why = [];
    const sides = ["critical", "supportive", "mixed"];
    if (chosen("channel").startsWith("internal")) why.push("it is an internal statement");
    if (chosen("disclosure") === "leaked") why.push("it was leaked");
    if (chosen("basis") === "anonymous_source") why.push("it rests on an anonymous source");
    if ($('.capacity [value="personal"]:checked', held)) why.push("it is somebody's personal voice");
    if (sides.includes(chosen("stance")) && chosen("basis") === "outlets_assertion" && !held.elements.own_access.checked) why.push("it takes a side on one outlet's assertion alone");
    outlook.textContent = why.length ? `A second editor must approve it: ${why.join(", ")}.` : "";
    publish.setAttribute("aria-disabled", why.length ? "true" : "false");
    const into = $('[name="into"]:checked', held);
    const label = $(".merge-words .into");
    if (into && label) label.textContent = into.value;
  }

  document.addEventListener("change", (event) => {
    if (!event.target.closest("#coding")) return;
    dirty = true;
    changed();
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest("a, button, summary, .chip");
    if (!target) return;
    if (target.matches(".show")) {
      if (target.dataset.start && show(Number(target.dataset.start), Number(target.dataset.end))) event.preventDefault();
    } else if (target.closest(".wrong") && target.hash) {
      const field = document.getElementById(target.hash.slice(1));
      const inner = field && (field.matches("input, select, textarea") ? field : $("input:not([type=hidden])", field));
      if (inner) { event.preventDefault(); const fold = inner.closest("details"); if (fold) fold.open = true; inner.focus(); inner.scrollIntoView({ block: "center" }); }
    } else if (target.matches(".add")) add(target.dataset.add);
    else if (target.matches(".take") && selected) setQuote(target.closest(".item"), selected);
    else if (target.matches(".all-same")) sameVoice();
    else if (target.matches(".keys")) {
      try { localStorage.setItem(KEYS, keysOn() ? "off" : "on"); } catch { /* it is only not remembered */ }
      keyed();
    }
  });

  /* Without a row beside it, M goes to the field that takes one. */
  function nothingToMergeInto() {
    const typed = $("#into_typed");
    if (!typed || typed.value.trim() || $('[name="into"]:checked')) return false;
    typed.focus();
    say("Type the public id of the row to merge it into.");
    return true;
  }

  function sameVoice() {
    const voices = $$(".voice:not(.blank)");
    const first = $(".capacity :checked", voices[0]);
    if (!first) return say("Choose the first one's voice.");
    for (const voice of voices.slice(1)) $(`.capacity [value="${first.value}"]`, voice).checked = true;
    dirty = true;
    changed();
  }

  /* --- Keys ------------------------------------------------------------------------------------------ */

  function keyed() {
    const on = keysOn();
    document.body.classList.toggle("keyed", on);
    for (const button of $$(".keys")) {
      button.hidden = false;
      button.textContent = on ? "Keys: on" : "Keys: off";
      button.setAttribute("aria-pressed", String(on));
    }
  }

  const inField = (node) => node.closest && node.closest("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = $(".reject[open]");
      if (open) { open.open = false; $("summary", open).focus(); }
      else if (inField(event.target)) event.target.blur();
      return;
    }
    if (inField(event.target) && event.key === "Enter" && event.target.closest(".reject")) {
      event.preventDefault();
      const button = $("button", event.target.closest(".sheet"));
      form().requestSubmit(button);
      return;
    }
    if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (inField(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : "";
    if (!key) return;
    const reject = $(".reject[open]");
    if (reject && /[1-9]/.test(key)) {
      const reason = $$('[name="usual"]', reject)[Number(key) - 1];
      if (reason) { event.preventDefault(); reason.checked = true; form().requestSubmit($(".sheet button", reject)); }
      return;
    }
    if (/[1-9]/.test(key)) {
      const choice = $$('.chips.stance input')[Number(key) - 1];
      if (choice && !choice.matches(":disabled")) { event.preventDefault(); choice.checked = true; choice.dispatchEvent(new Event("change", { bubbles: true })); say(choice.closest(".chip").textContent.trim()); }
      return;
    }
    if (form() && key === "s" && selected) { event.preventDefault(); return newQuote(); }
    if (form() && key === "e" && selected) { event.preventDefault(); return extendQuote(); }
    const capacity = { o: "official", l: "personal", t: "staff", x: "unclear" }[key];
    if (capacity && form()) {
      const voices = $$(".voice:not(.blank)");
      const open = voices.find((voice) => !$(".capacity :checked", voice)) || (voices.length === 1 ? voices[0] : null);
      const choice = open && $(`.capacity [value="${capacity}"]`, open);
      if (choice && !choice.matches(":disabled")) { event.preventDefault(); choice.checked = true; choice.dispatchEvent(new Event("change", { bubbles: true })); say(choice.closest(".chip").textContent.trim()); }
      return;
    }
    const button = $(`[data-key="${key}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    if (button.matches("summary")) {
      const box = button.parentElement;
      box.open = !box.open;
      if (box.open) { const field = $("textarea", box); if (field) field.focus(); else button.focus(); }
      return;
    }
    if (button.getAttribute("aria-disabled") === "true") return say($("#outlook").textContent);
    if (button.value === "merge" && nothingToMergeInto()) return;
    button.click();
  });

  /* --- The ten seconds, and the claim ----------------------------------------------------------------- */

  function tick() {
    const line = $(".after[data-seconds]");
    if (line) {
      const ends = Date.now() + Number(line.dataset.seconds) * 1000;
      const timer = setInterval(() => {
        const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
        const words = $(".left", line), bar = $(".countdown", line), button = $("button", line);
        if (words) words.textContent = String(left);
        if (bar) bar.value = left;
        if (left) return;
        clearInterval(timer);
        if (button) button.remove();
        if (bar) bar.remove();
        const told = $("p", line);
        if (told) told.append(" The time to undo is over.");
      }, 250);
      timers.push(timer);
    }
    const claim = $(".claim");
    if (claim) {
      let typed = false;
      const note = () => { typed = true; };
      form().addEventListener("input", note);
      timers.push(setInterval(async () => {
        const left = new Date(claim.dataset.ends) - Date.now();
        if (left > 5 * 60 * 1000 || !typed || !claim.isConnected) {
          if (left < 0) claim.textContent = "Your claim has run out; what you typed is still here";
          return;
        }
        typed = false;
        const data = new FormData();
        data.append("csrfmiddlewaretoken", form().elements.csrfmiddlewaretoken.value);
        try {
          const answer = await fetch(claim.dataset.claim, { method: "POST", body: data, credentials: "same-origin" });
          const told = await answer.json();
          if (answer.ok) { claim.dataset.ends = told.ends; $(".until", claim).textContent = told.until; }
          else claim.textContent = told.sentence;
        } catch { /* the next minute tries again */ }
      }, 60 * 1000));
    }
  }

  /* --- Names while typing, and dates understood ---------------------------------------------------------- */

  let asking = 0;
  document.addEventListener("input", (event) => {
    const field = event.target;
    // Words that were typed over a selection stand where the server finds them.
    if (field.id === "propose-words") { field.form.elements.start.value = ""; field.form.elements.end.value = ""; return; }
    if (!field.closest || !field.closest("#coding")) return;
    dirty = true;
    if (field.dataset.understand) return understand(field);
    const what = /-(company|person)$/.exec(field.name || "") || (/^(credits|asked_by)$/.test(field.name) ? [0, "outlet"] : null);
    if (what) suggest(field, what[1]);
  });

  function later(work) {
    asking += 1;
    const mine = asking;
    setTimeout(() => { if (mine === asking) work(() => mine === asking); }, 180);
  }

  function suggest(field, what) {
    later(async (current) => {
      if (field.value.trim().length < 2) return;
      const base = location.pathname.replace(/review\/.*/, "review/");
      const answer = await fetch(`${base}names/${what}/?q=${encodeURIComponent(field.value)}`, { credentials: "same-origin" }).catch(() => null);
      if (!answer || !answer.ok || !current()) return;
      const told = await answer.json();
      let list = document.getElementById("offered");
      if (!list) { list = document.createElement("datalist"); list.id = "offered"; form().append(list); }
      list.replaceChildren(...told.names.map((one) => Object.assign(document.createElement("option"), { value: one.value, label: one.note })));
      field.setAttribute("list", "offered");
      const held = told.names.some((one) => one.value.toLowerCase() === field.value.trim().toLowerCase());
      const tick = $(`[name="${field.name.replace(/-(company|person)$/, "-new_$1")}"]`);
      if (tick) { tick.closest("label").hidden = held && !tick.checked; if (held) tick.checked = false; }
    });
  }

  function understand(field) {
    later(async (current) => {
      const answer = await fetch(`${field.dataset.understand}?q=${encodeURIComponent(field.value)}`, { credentials: "same-origin" }).catch(() => null);
      if (!answer || !answer.ok || !current()) return;
      const told = await answer.json();
      const box = $(`[data-for="${field.id}"]`);
      if (box) box.textContent = field.value.trim() ? told.understood || told.error : "";
    });
  }

  /* --- Ready ------------------------------------------------------------------------------------------------ */

  function ready(swapped) {
    timers.forEach(clearInterval);
    timers = [];
    selected = null;
    dirty = false;
    document.body.classList.add("scripted");
    keyed();
    $$(".add, .all-same").forEach((button) => { button.hidden = false; });
    $$(".new").forEach((label) => { label.hidden = true; });
    if (form()) changed();
    dirty = false;
    tick();
    const evidence = $("#evidence");
    if (evidence) {
      const pane = evidence.closest(".pane");
      pane.scrollTop += evidence.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
    }
    const wrong = $("#wrong");
    if (wrong) wrong.focus();
    else if (swapped) $("#main").focus({ preventScroll: true });
    if (swapped) say(desk().dataset.title || "");
  }

  ready(false);
})();
