// The smart box: asks for suggestions while somebody types (not while an input method composes), and moves through
// them by keyboard: arrows, Enter, Escape. Without this file the box is a plain form.
(() => {
  const form = document.getElementById("search");
  if (!form) return;
  const box = () => form.querySelector("#say");
  const list = form.querySelector("#suggestions");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");

  const mark = (option) => {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box().setAttribute("aria-activedescendant", option.id);
    else box().removeAttribute("aria-activedescendant");
  };

  const show = (open) => {
    list.hidden = !open;
    box().setAttribute("aria-expanded", String(open));
    if (!open) mark(null);
  };

  const ask = () => {
    if (box().value.trim()) box().dispatchEvent(new Event("ask"));
    else show(false);
  };

  const choose = (option) => {
    if (option.href) {
      window.location.assign(option.href);
      return;
    }
    box().value = `${option.dataset.say} `;
    show(false);
    box().focus();
  };

  form.addEventListener("input", (event) => {
    if (!event.isComposing) ask();
  });
  form.addEventListener("compositionend", ask);

  form.addEventListener("keydown", (event) => {
    if (event.target !== box() || event.isComposing) return;
    const all = options();
    const at = all.indexOf(active());
    if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      ask();
    } else if (list.hidden) {
      return;
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      mark(all[(at + 1) % all.length]);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      mark(all[at > 0 ? at - 1 : all.length - 1]);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      choose(all[at]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      show(false);
    }
  });

  // The box keeps the focus while the mouse picks.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-say]");
    if (option) choose(option);
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) show(false);
  });

  form.addEventListener("htmx:beforeSwap", (event) => {
    // Whoever was logged out meanwhile is not shown the login page in here; and an answer that came too late is none.
    const own = event.detail.xhr.responseURL.includes(box().getAttribute("hx-get"));
    if (!own || document.activeElement !== box()) event.detail.shouldSwap = false;
  });
  form.addEventListener("htmx:afterSwap", () => show(options().length > 0));
  // No suggestions are no trouble: the line can be sent as it is.
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    form.addEventListener(name, (event) => event.stopPropagation());
  }
})();
