// Rows of a Django formset. <div data-formset="PREFIX"> holds the management form, [data-rows] with [data-row]s,
// <template data-blank> with __prefix__, and a button data-add. data-remove in a row ticks its DELETE box and hides
// the row; without such a box it empties the row, which Django then takes as an unused one.
(() => {
  const total = (set) => set.querySelector(`[name="${CSS.escape(set.dataset.formset)}-TOTAL_FORMS"]`);

  const add = (set) => {
    const count = total(set);
    const blank = set.querySelector("template[data-blank]");
    const holder = document.createElement("template");
    holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", count.value);
    const row = holder.content.firstElementChild;
    set.querySelector("[data-rows]").append(row);
    count.value = Number(count.value) + 1;
    window.htmx?.process(row);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    row.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const remove = (row) => {
    const set = row.closest("[data-formset]");
    const box = row.querySelector('[name$="-DELETE"]');
    if (box) {
      box.checked = true;
      box.value = "on";
    }
    // A required field in a hidden row would stop the form without a word.
    for (const field of row.querySelectorAll("[required]")) field.required = false;
    row.hidden = true;
    if (!box) for (const field of row.querySelectorAll("input, select, textarea")) field.value = "";
    set.querySelector("[data-add]")?.focus();
    set.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    const adder = event.target.closest("[data-add]");
    if (adder) add(adder.closest("[data-formset]"));
    const remover = event.target.closest("[data-remove]");
    if (remover) remove(remover.closest("[data-row]"));
  });
})();
