// data-dialog="ID" opens a <dialog>; data-close in it closes; data-popover places a native popover below its button.
(() => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog && !dialog.open) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  });

  // A part that htmx swapped in may be a dialog that is to be seen at once.
  document.addEventListener("htmx:afterSettle", () => {
    for (const dialog of document.querySelectorAll("dialog[data-open-now]")) {
      dialog.removeAttribute("data-open-now");
      if (!dialog.open) dialog.showModal();
    }
  });

  document.addEventListener(
    "toggle",
    (event) => {
      const panel = event.target;
      if (!(panel instanceof HTMLElement) || !panel.hasAttribute("popover") || event.newState !== "open") return;
      const button = document.querySelector(`[data-popover][popovertarget="${CSS.escape(panel.id)}"]`);
      if (!button) return;
      const at = button.getBoundingClientRect();
      const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - panel.offsetWidth - 8));
      const below = at.bottom + 6;
      const top = below + panel.offsetHeight > window.innerHeight ? at.top - panel.offsetHeight - 6 : below;
      Object.assign(panel.style, { inset: "auto", margin: "0", left: `${left}px`, top: `${Math.max(8, top)}px` });
    },
    true,
  );
})();
