// Asks before a page with a changed <form data-warn-unsaved> is left, unless it is left by sending that form.
(() => {
  const changed = new Set();

  const note = (event) => {
    const form = event.target.closest?.("form[data-warn-unsaved]") || event.target.form;
    if (form?.matches?.("form[data-warn-unsaved]")) changed.add(form);
  };
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  document.addEventListener("submit", (event) => changed.delete(event.target));
  document.addEventListener("htmx:afterSwap", () => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
  });

  window.addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });

  // A form that came back with errors holds what was typed: that is unsaved too.
  document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll('form[data-warn-unsaved="changed"]')) changed.add(form);
  });
})();
