// A file dropped anywhere on the page is taken; choosing or dropping one shows its name and reads it at once.
(() => {
  const form = document.querySelector("[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const target = form.querySelector("[data-drop]");
  const button = target.querySelector("[data-reading]");
  let within = 0; // dragenter and dragleave come for every element on the way

  const carriesFile = (event) => event.dataTransfer.types.includes("Files");
  const mark = (depth) => {
    within = Math.max(0, depth);
    target.classList.toggle("over", within > 0);
  };
  const send = () => {
    if (!input.files.length) return;
    const name = document.createElement("span");
    name.textContent = `${button.dataset.reading} ${input.files[0].name} …`;
    name.setAttribute("role", "status");
    target.querySelector(".file-name")?.remove();
    name.className = "file-name";
    target.append(name);
    form.requestSubmit(button);
  };

  input.addEventListener("change", send);
  document.addEventListener("dragenter", (event) => carriesFile(event) && mark(within + 1));
  document.addEventListener("dragleave", (event) => carriesFile(event) && mark(within - 1));
  document.addEventListener("dragover", (event) => carriesFile(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    mark(0);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    send();
  });
  // Shown again by Back: nothing is being read.
  window.addEventListener("pageshow", () => target.querySelector(".file-name")?.remove());
})();
