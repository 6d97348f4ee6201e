(() => {
  const box = document.getElementById("q");
  const said = document.getElementById("found");
  const form = box && box.form;
  if (!form || !said) return;
  const all = Array.from(document.querySelectorAll("[data-find]"));
  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const each of all) {
      const fits = words.every((word) => each.dataset.find.includes(word));
      each.hidden = !fits;
      if (fits) count += 1;
    }
    for (const part of document.querySelectorAll("main section")) {
      part.hidden = !part.querySelector("[data-find]:not([hidden])");
    }
    said.textContent = words.length ? `${count} of ${all.length} shown` : "";
  };
  if ("static" in form.dataset) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  box.addEventListener("input", show);
  show();
})();
