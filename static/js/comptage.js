// Counting by scan or typing: a reader of codes types the reference and Enter; Enter in the quantity counts the part.
"use strict";
(() => {
  const champ = (nom) => document.querySelector(`[data-comptage="${nom}"]`);

  document.addEventListener("keydown", (evenement) => {
    if (evenement.key !== "Enter" || evenement.target.dataset?.comptage !== "reference") return;
    const quantite = champ("quantite");
    if (!evenement.target.value.trim()) evenement.preventDefault();
    else if (!quantite.value && !champ("un")?.checked) {
      evenement.preventDefault();
      quantite.focus();
    }
  });

  document.addEventListener("click", (evenement) => {
    const bouton = evenement.target.closest?.("[data-comptage-choisir]");
    if (!bouton) return;
    const reference = champ("reference");
    reference.value = bouton.dataset.comptageChoisir;
    reference.dispatchEvent(new Event("input", { bubbles: true }));
    champ("quantite").focus();
  });

  // after each part the hands are back where the next reference goes, or where something is wrong
  const reprendre = () => (document.querySelector("#comptage .is-invalid") ?? champ("reference"))?.focus();
  document.body.addEventListener("htmx:afterSettle", (evenement) => {
    if (evenement.detail.elt?.id === "comptage") reprendre();
  });
  reprendre();
})();
