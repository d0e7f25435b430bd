// Lists: ticking rows (one, a range with shift, all), and what stands above a list that was swapped under it.
// Without it a list still filters, sorts, and sends the rows that are ticked.
"use strict";
(() => {
  const $ = (selecteur, dans = document) => dans.querySelector(selecteur);
  const $$ = (selecteur, dans = document) => [...dans.querySelectorAll(selecteur)];
  const cases = () => $$('#liste input[name="ids"]');

  // --- Ticking -------------------------------------------------------------------------------------------------------
  let derniere = null;

  const compter = () => {
    const barre = $("#barre-lot");
    if (!barre) return;
    const toutes = cases();
    const cochees = toutes.filter((element) => element.checked).length;
    const tout = $('[name="tout"]', barre);
    const entiere = cochees > 0 && cochees === toutes.length;
    if (tout && !entiere) tout.checked = false;
    const offre = $("[data-offre-tout]", barre);
    if (offre) offre.hidden = !entiere;
    const texte = $("[data-lot-nombre]", barre);
    texte.textContent = tout?.checked
      ? texte.dataset.tout
      : (cochees === 1 ? texte.dataset.un : texte.dataset.plusieurs.replace("{n}", cochees));
    const tete = $("[data-cocher-tout]");
    if (tete) {
      tete.checked = entiere;
      tete.indeterminate = cochees > 0 && !entiere;
    }
  };

  document.addEventListener("click", (evenement) => {
    const cochee = evenement.target.closest('#liste input[name="ids"]');
    if (cochee) {
      const toutes = cases();
      if (evenement.shiftKey && derniere && toutes.includes(derniere)) {
        const [a, b] = [toutes.indexOf(derniere), toutes.indexOf(cochee)].sort((x, y) => x - y);
        for (const element of toutes.slice(a, b + 1)) element.checked = cochee.checked;
      }
      derniere = cochee;
      compter();
    } else if (evenement.target.closest("[data-cocher-tout]")) {
      for (const element of cases()) element.checked = evenement.target.checked;
      compter();
    } else if (evenement.target.closest("[data-decocher]")) {
      for (const element of cases()) element.checked = false;
      compter();
      $("[data-cocher-tout]")?.focus();
    } else if (evenement.target.closest('#barre-lot [name="tout"]')) {
      compter();
    }
  });

  // x ticks the row that has the focus; Escape unticks all
  document.addEventListener("keydown", (evenement) => {
    if (evenement.ctrlKey || evenement.metaKey || evenement.altKey || document.querySelector("dialog[open]")) return;
    if (evenement.key === "x") {
      if (evenement.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
      const cochee = $('input[name="ids"]', evenement.target.closest("#liste tr") ?? document.createElement("i"));
      if (!cochee) return;
      evenement.preventDefault();
      cochee.click();
    } else if (evenement.key === "Escape" && evenement.target.closest("#liste") && cases().some((element) => element.checked)) {
      for (const element of cases()) element.checked = false;
      compter();
    }
  });

  // --- What stands above a list that was swapped alone: the tab in force, the number of filters, the view's name ------
  const HORS_FILTRE = new Set(["sort", "page", "taille", "colonnes"]);
  const filtres = (adresse) => {
    const params = new Map();
    for (const [cle, valeur] of new URL(adresse, location.href).searchParams) {
      if (HORS_FILTRE.has(cle) || !valeur.trim()) continue;
      params.set(cle, [...(params.get(cle) ?? []), ...(cle === "search" ? [valeur] : valeur.split(",").filter(Boolean))]);
    }
    return JSON.stringify([...params].map(([cle, valeurs]) => [cle, valeurs.sort()]).sort());
  };

  const accorder = () => {
    const ici = filtres(location.href);
    for (const lien of $$("#page-liste .onglets a, #page-liste .menu-vues a[hx-boost]")) {
      if (filtres(lien.href) === ici) lien.setAttribute("aria-current", "page");
      else lien.removeAttribute("aria-current");
    }
    const bouton = $("#bouton-vues");
    if (bouton) {
      const active = $("#page-liste .menu-vues a[aria-current] .menu-vues-nom");
      bouton.classList.toggle("btn-actif", Boolean(active));
      const mot = $("[data-vue-nom]", bouton);
      mot.textContent = active?.textContent ?? mot.dataset.vueNom;
    }
  };

  document.body.addEventListener("htmx:afterSettle", (evenement) => {
    const elt = evenement.detail.elt;
    if (elt?.id !== "liste" && elt?.id !== "page-liste" && !elt?.contains?.($("#liste"))) return;
    derniere = null;
    accorder();
    compter();
    // the menu that was used is gone with its page: its button takes the focus back
    if (evenement.detail.requestConfig?.elt?.id === "form-affichage") $("#bouton-affichage")?.focus();
  });
  compter();
})();
