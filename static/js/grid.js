// A grid of inputs (<table data-grid>) takes arrow keys, Enter and a pasted block, as a spreadsheet does. No rules here.
(() => {
  const cellsOf = (table) => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);

  const placeOf = (input) => {
    const rows = cellsOf(input.closest("[data-grid]"));
    const row = rows.findIndex((cells) => cells.includes(input));
    return { rows, row, column: rows[row].indexOf(input) };
  };

  const enter = (input) => {
    if (!input) return false;
    input.focus();
    input.select();
    return true;
  };

  const go = (input, down, right) => {
    const { rows, row, column } = placeOf(input);
    return enter(rows[row + down]?.[column + right]);
  };

  const goInRow = (input, at) => {
    const { rows, row } = placeOf(input);
    return enter(rows[row].at(at));
  };

  const goToCorner = (input, at) => enter(placeOf(input).rows.at(at).at(at));

  // A box that was clicked again (or F2) is being edited: arrows move in its text as far as it goes. Else they leave it.
  const edited = new WeakSet();
  const leaves = (input, end) => !edited.has(input) || atEdge(input, end);

  const atEdge = (input, end) => {
    const { selectionStart: from, selectionEnd: to, value } = input;
    return (from === 0 && to === value.length) || (end ? from === value.length : to === 0);
  };

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest?.("[data-grid] input");
    if (!input || event.isComposing || event.altKey) return;
    const corners = { Home: () => goToCorner(input, 0), End: () => goToCorner(input, -1) };
    const alone = {
      Enter: () => go(input, event.shiftKey ? -1 : 1, 0) || true,
      ArrowDown: () => go(input, 1, 0),
      ArrowUp: () => go(input, -1, 0),
      ArrowRight: () => leaves(input, true) && go(input, 0, 1),
      ArrowLeft: () => leaves(input, false) && go(input, 0, -1),
      Home: () => leaves(input, false) && goInRow(input, 0),
      End: () => leaves(input, true) && goInRow(input, -1),
      F2: () => edited.add(input) && input.setSelectionRange(input.value.length, input.value.length),
      Escape: () => {
        input.value = input.defaultValue;
        return true;
      },
    };
    if (event.shiftKey && event.key !== "Enter") return; // selects in the text
    const moves = event.ctrlKey || event.metaKey ? corners : alone;
    if (moves[event.key]?.()) event.preventDefault();
  });

  let clicked = null;
  document.addEventListener("pointerdown", (event) => {
    const input = event.target.closest?.("[data-grid] input");
    if (input && document.activeElement === input) edited.add(input);
    else clicked = input;
  });
  document.addEventListener("click", (event) => {
    if (clicked && event.target === clicked) clicked.select();
    clicked = null;
  });
  document.addEventListener("focusin", (event) => edited.delete(event.target));

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
