// A grid of inputs (<table data-grid>) takes arrow keys, Enter and a pasted block, as a spreadsheet does. No rules here.
(() => {
  const cellsOf = (table) => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);

  const placeOf = (input) => {
    const rows = cellsOf(input.closest("[data-grid]"));
    const row = rows.findIndex((cells) => cells.includes(input));
    return { rows, row, column: rows[row].indexOf(input) };
  };

  const go = (input, down, right) => {
    const { rows, row, column } = placeOf(input);
    const target = rows[row + down]?.[column + right];
    if (!target) return false;
    target.focus();
    target.select();
    return true;
  };

  const atEdge = (input, end) => {
    const { selectionStart: from, selectionEnd: to, value } = input;
    return (from === 0 && to === value.length) || (end ? from === value.length : to === 0);
  };

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest?.("[data-grid] input");
    if (!input || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = {
      Enter: () => go(input, event.shiftKey ? -1 : 1, 0) || true,
      ArrowDown: () => go(input, 1, 0),
      ArrowUp: () => go(input, -1, 0),
      ArrowRight: () => atEdge(input, true) && go(input, 0, 1),
      ArrowLeft: () => atEdge(input, false) && go(input, 0, -1),
      Escape: () => {
        input.value = input.defaultValue;
        return true;
      },
    };
    if (moves[event.key]?.()) event.preventDefault();
  });

  document.addEventListener("paste", (event) => {
    const input = event.target.closest?.("[data-grid] input");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const { rows, row, column } = placeOf(input);
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const fits = lines.every((values, down) => values.every((value, right) => rows[row + down]?.[column + right]));
    const tooLarge = document.querySelector("[data-grid-too-large]");
    if (tooLarge) tooLarge.hidden = fits;
    if (!fits) return; // nothing is cut off in silence
    lines.forEach((values, down) => {
      values.forEach((value, right) => {
        rows[row + down][column + right].value = value.trim();
      });
    });
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
