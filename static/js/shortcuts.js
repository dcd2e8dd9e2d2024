// Keys and small comforts of every page: a key named by data-shortcut focuses its field; on a phone the header's
// glass opens the search box; the list of a form's errors takes the focus when it appears.
(() => {
  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const field = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!field || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field.closest(".search")?.classList.add("open");
    field.focus();
    field.select();
  });

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-search-toggle]");
    if (!toggle) return;
    event.preventDefault();
    const box = document.getElementById("search");
    if (box.classList.toggle("open")) box.querySelector("input").focus();
  });

  const focusErrors = (root) => root.querySelector?.("[data-focus-me]")?.focus();
  document.addEventListener("DOMContentLoaded", () => focusErrors(document));
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
