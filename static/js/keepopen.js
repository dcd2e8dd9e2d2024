// A panel that is open stays open, and where it was scrolled to, when htmx puts another in its place: details[data-keep-open] with an id.
(() => {
  let open = [];

  document.addEventListener("htmx:beforeSwap", () => {
    const panels = [...document.querySelectorAll("details[data-keep-open][open]")];
    open = panels.map((panel) => [panel.id, panel.lastElementChild.scrollTop]);
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, top] of open) {
      const panel = document.getElementById(id);
      if (!panel) continue;
      panel.open = true;
      panel.lastElementChild.scrollTop = top;
    }
    open = [];
  });

  // A button in the panel closes it: on a phone it covers what opened it.
  document.addEventListener("click", (event) => {
    event.target.closest("[data-close-panel]")?.closest("details").removeAttribute("open");
  });
})();
