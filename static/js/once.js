// A form is sent once: its buttons rest until the answer is there, or until the page is shown again (Back).
(() => {
  const waiting = new Set();

  const release = () => {
    for (const button of waiting) button.disabled = false;
    waiting.clear();
  };

  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    // After the event: a disabled button's own name and value would not be sent, and others may still call it off.
    setTimeout(() => {
      if (event.defaultPrevented && !event.target.matches("[hx-post], [data-hx-post]")) return;
      // Those beside it as well that belong to it by their form attribute.
      for (const button of event.target.elements) {
        if (!button.matches("button[type=submit]:not(:disabled)")) continue;
        // A download leaves the page as it is: nothing would ever release its button.
        if (button.hasAttribute("data-many")) continue;
        button.disabled = true;
        waiting.add(button);
      }
    });
  });

  window.addEventListener("pageshow", release);
  document.addEventListener("htmx:afterRequest", release);
})();
