// The mapping page counts what is left to decide while a person decides; the server counts anew when the form is sent.
// data-point names the open points that a control settles; data-wants in a list entry: settled by any field of that name.
(() => {
  const form = document.querySelector("form[data-decide]");
  if (!form) return;
  const told = form.querySelectorAll("[data-left]");
  const words = new Map([...told].map((element) => [element, element.textContent]));

  const open = () => {
    const points = new Map();
    for (const control of form.querySelectorAll("[data-point]")) {
      for (const point of control.dataset.point.split(" ")) {
        const whole = control.name?.startsWith("word-") ? control.dataset.point : point;
        points.set(whole, points.get(whole) || Boolean(control.value));
      }
    }
    for (const entry of document.querySelectorAll("[data-wants]")) {
      const chosen = [...form.querySelectorAll("select[name^=field-]")].some((s) => s.value === entry.dataset.wants);
      points.set(entry.dataset.point, chosen || Boolean(points.get(entry.dataset.point)));
    }
    return [...points.values()].filter((settled) => !settled).length;
  };

  const count = () => {
    const left = open();
    for (const control of form.querySelectorAll("[data-point]")) control.classList.toggle("asks", !control.value);
    for (const element of told) {
      element.textContent = left ? words.get(element).replace(/\d+/, left) : element.dataset.none;
      if (element.matches(".btn")) {
        element.classList.toggle("btn-open", left > 0);
        element.classList.toggle("btn-primary", left === 0);
      }
    }
  };

  if (form.querySelector(".btn-open")) form.addEventListener("change", count);
})();
