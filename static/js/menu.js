// The off-canvas menu of narrow screens, and the drop-downs on <details>: Escape and a click outside close them.
(() => {
  const menu = () => document.getElementById("menu");
  const toggle = () => document.querySelector("[data-menu-toggle]");

  const setMenu = (open) => {
    menu().classList.toggle("open", open);
    toggle().setAttribute("aria-expanded", String(open));
    if (open) menu().querySelector("li a").focus();
  };

  document.addEventListener("click", (event) => {
    if (!menu()) return;
    if (event.target.closest("[data-menu-toggle]")) {
      event.preventDefault();
      setMenu(!menu().classList.contains("open"));
    } else if (menu().classList.contains("open") && !menu().contains(event.target)) {
      setMenu(false);
    }
    for (const pick of document.querySelectorAll("details.pick[open], details.me[open]")) {
      // A target that a swap has taken out of the page was inside: leave the drop-down open.
      if (event.target.isConnected && !pick.contains(event.target)) pick.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const pick = event.target.closest("details.pick[open], details.me[open]");
    if (pick) {
      pick.open = false;
      pick.querySelector("summary").focus();
    } else if (menu()?.classList.contains("open")) {
      setMenu(false);
      toggle().focus();
    }
  });

  // A link in the phone's button bar has the role of a button: the space bar presses it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches('a[role="button"]')) return;
    event.preventDefault();
    event.target.click();
  });
})();
