// While htmx waits: the old rows fade (after 300 ms, by the style sheet) and a thin bar runs on top; trouble is said in
// words, with what was typed left where it is.
(() => {
  let waiting = 0;
  let timer;
  const bar = () => document.getElementById("loading-bar");
  const trouble = (show) => {
    const notice = document.getElementById("trouble");
    if (notice) notice.hidden = !show;
    if (show) notice?.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.target?.classList.add("is-loading");
    event.detail.target?.setAttribute("aria-busy", "true");
    trouble(false);
    waiting += 1;
    clearTimeout(timer);
    timer = setTimeout(() => bar()?.classList.add("on"), 300);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    event.detail.target?.classList.remove("is-loading");
    event.detail.target?.removeAttribute("aria-busy");
    waiting = Math.max(0, waiting - 1);
    if (waiting) return;
    clearTimeout(timer);
    bar()?.classList.remove("on");
  });

  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => trouble(true));
  }
})();
