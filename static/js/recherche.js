// The box of every page as a combobox: arrows go through what is proposed, Enter opens it, Escape closes it.
"use strict";
(() => {
  const champ = document.querySelector("[data-suggestions]");
  const liste = document.querySelector("#suggestions");
  if (!champ || !liste) return;
  const annonce = document.querySelector("#suggestions-annonce");
  const options = () => [...liste.querySelectorAll("[role=option]")];
  let choisie = -1;

  // -1 is the box itself: one step before the first and one past the last
  const choisir = (rang) => {
    const toutes = options();
    choisie = rang >= toutes.length ? -1 : rang < -1 ? toutes.length - 1 : rang;
    toutes.forEach((option, i) => option.setAttribute("aria-selected", String(i === choisie)));
    const option = toutes[choisie];
    if (option) {
      champ.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      champ.removeAttribute("aria-activedescendant");
    }
  };

  const montrer = (ouverte) => {
    liste.hidden = !ouverte;
    champ.setAttribute("aria-expanded", String(ouverte));
    choisir(-1);
  };

  liste.addEventListener("htmx:afterSwap", () => {
    montrer(options().length > 0 && document.activeElement === champ);
    annonce.textContent = liste.querySelector("[data-annonce]")?.dataset.annonce ?? "";
  });

  champ.addEventListener("input", () => {
    if (!champ.value.trim()) montrer(false);
  });

  champ.addEventListener("focus", () => {
    if (champ.value.trim() && options().length) montrer(true);
  });

  champ.addEventListener("keydown", (evenement) => {
    const { key } = evenement;
    if (key === "Escape" && !liste.hidden) {
      evenement.preventDefault();
      montrer(false);
    } else if ((key === "ArrowDown" || key === "ArrowUp") && options().length) {
      evenement.preventDefault();
      if (liste.hidden) montrer(true);
      choisir(choisie + (key === "ArrowDown" ? 1 : -1));
    } else if (key === "Enter" && choisie >= 0 && !liste.hidden) {
      evenement.preventDefault();
      options()[choisie].click();
    }
  });

  document.addEventListener("focusin", (evenement) => {
    if (!evenement.target.closest(".barre-recherche")) montrer(false);
  });
  document.addEventListener("click", (evenement) => {
    if (!evenement.target.closest(".barre-recherche")) montrer(false);
  });
})();
