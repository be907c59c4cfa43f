"use strict";
// Comfort: everything on these pages can be done without it.

// A form is sent once; coming back to the page it can be sent again. What was typed is not left
// behind unasked.
for (const form of document.querySelectorAll("form.once")) {
  const button = form.querySelector("button.main");
  let typed = false;
  form.addEventListener("input", () => {
    typed = true;
  });
  addEventListener("beforeunload", (event) => {
    if (typed && !form.dataset.sent) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    button.removeAttribute("aria-disabled");
  });
}

// What the reason is about is opened.
const reason = document.getElementById("reason");
const unfold = () => {
  for (const one of document.querySelectorAll("[data-reasons]")) {
    if (one.dataset.reasons.split(" ").includes(reason.value)) one.open = true;
  }
};
if (reason) reason.addEventListener("change", unfold);

// What was said, or what went wrong, is where the reader is taken.
const first = document.getElementById("problem") || (location.hash === "#said" && document.getElementById("said"));
if (first) first.focus();

// How long a case is held.
for (const until of document.querySelectorAll("[data-until]")) {
  const left = document.querySelector("[data-left]");
  const show = () => {
    const minutes = Math.ceil((new Date(until.dateTime) - Date.now()) / 60000);
    const said = minutes > 0 ? "" : "That is over: take it again before you decide.";
    const soon = minutes > 0 && minutes <= 3 ? `${minutes} min left.` : said;
    if (left.textContent !== soon) left.textContent = soon;
  };
  show();
  setInterval(show, 15000);
}

// Single keys. They can be switched off, for those whose software types them.
const help = document.getElementById("keys");
if (help) {
  const kept = (value) => {
    try {
      if (value !== undefined) localStorage.setItem("qconf-keys", value);
      return localStorage.getItem("qconf-keys");
    } catch {
      return null;
    }
  };
  const on = document.getElementById("keys-on");
  on.checked = kept() !== "off";
  on.addEventListener("change", () => kept(on.checked ? "on" : "off"));
  document.querySelector("[data-keys-hint]").hidden = false;
  document.querySelector("[data-open-keys]").addEventListener("click", () => help.showModal());

  const rows = [...document.querySelectorAll("[data-case]")];
  const links = rows.map((row) => row.querySelector("a"));
  const at = () => rows.findIndex((row) => row.contains(document.activeElement));
  const press = (key) => {
    const one = document.querySelector(`[data-key="${key}"]`);
    if (one) one.click();
    return Boolean(one);
  };
  const move = (step) => {
    const to = at() < 0 ? 0 : Math.min(Math.max(at() + step, 0), rows.length - 1);
    links[to].focus();
    links[to].scrollIntoView({ block: "nearest" });
    return true;
  };
  const choose = (number) => {
    if (!reason || !reason.hasAttribute("data-numbered") || number >= reason.options.length) return false;
    reason.selectedIndex = number;
    reason.focus();
    unfold();
    return true;
  };
  const go = (id) => {
    const one = document.getElementById(id);
    if (!one) return false;
    const folded = one.closest("details");
    if (folded) folded.open = true;
    one.focus();
    return true;
  };
  const keys = {
    j: () => (rows.length ? move(1) : press("j")),
    k: () => (rows.length ? move(-1) : press("k")),
    o: () => {
      if (!rows.length) return press("o");
      rows[Math.max(at(), 0)].querySelector("button").click();
      return true;
    },
    u: () => press("u"),
    t: () => go("text"),
    i: () => go("input-1"),
    "?": () => {
      help.showModal();
      return true;
    },
  };
  // A list whose choices begin with numbers has no use for letters.
  const typing = (one) =>
    one.matches("textarea, select:not([data-numbered]), input:not([type=checkbox]):not([type=hidden])");
  addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const decide = document.querySelector("[data-decide]");
    if (event.key === "Enter" && decide && (target === reason || target === document.body)) {
      event.preventDefault();
      decide.requestSubmit();
      return;
    }
    if (event.key === "Escape" && typing(target)) {
      target.blur();
      return;
    }
    if (!on.checked) return;
    if (typing(target)) return;
    const number = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
    if (number) {
      if (choose(number)) event.preventDefault();
    } else if (Object.hasOwn(keys, event.key) && keys[event.key]()) {
      event.preventDefault();
    }
  });
}
