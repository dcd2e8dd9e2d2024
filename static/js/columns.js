// Helps in panels, no rules: data-filter-list="ID" narrows a list while one types; a select with
// data-operators-for="ID" leaves the other select only what can be asked of the chosen column (data-operators).
(() => {
  const narrow = (input) => {
    const wanted = input.value.trim().toLowerCase();
    for (const item of document.querySelectorAll(`#${CSS.escape(input.dataset.filterList)} li`)) {
      item.hidden = Boolean(wanted) && !item.textContent.toLowerCase().includes(wanted);
    }
  };

  const offer = (select) => {
    const other = document.getElementById(select.dataset.operatorsFor);
    const known = (select.selectedOptions[0]?.dataset.operators || "").split(" ").filter(Boolean);
    if (!other || !known.length) return;
    for (const option of other.options) option.hidden = option.disabled = !known.includes(option.value);
    if (other.selectedOptions[0]?.disabled) other.value = known[0];
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter-list]")) narrow(event.target);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-operators-for]")) offer(event.target);
  });
  // What htmx brought anew is narrowed as before.
  document.addEventListener("htmx:afterSettle", () => {
    for (const input of document.querySelectorAll("[data-filter-list]")) narrow(input);
  });
})();
