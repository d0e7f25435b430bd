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

  // --- Columns where the reader wants them: the server says each heading's rank, the cells follow their heading -----------
  const ranger = () => {
    const tete = $("#liste thead tr");
    const libres = tete ? [...tete.cells].filter((cellule) => cellule.dataset.rang) : [];
    if (!libres.length) return;
    const places = libres.map((cellule) => cellule.cellIndex);
    const voulues = [...libres].sort((a, b) => a.dataset.rang - b.dataset.rang).map((cellule) => cellule.cellIndex);
    for (const rangee of $$("#liste thead tr, #liste tbody tr")) {
      const cellules = [...rangee.cells];
      if (cellules.length !== tete.cells.length) continue; // a row that is one wide cell
      const neuves = [...cellules];
      places.forEach((place, rang) => (neuves[place] = cellules[voulues[rang]]));
      rangee.append(...neuves);
    }
    // once: what was drawn in order is not turned again
    for (const cellule of libres) delete cellule.dataset.rang;
  };

  const fleches = () => {
    const { monter, descendre } = $("#form-affichage")?.dataset ?? {};
    for (const ligne of $$("[data-ordonner] > .form-check")) {
      if (ligne.parentElement.classList.contains("colonne-au-choix")) continue;
      const boite = document.createElement("div");
      boite.className = "colonne-au-choix";
      ligne.replaceWith(boite);
      boite.append(ligne);
      const nom = ligne.textContent.trim();
      for (const [sens, mot, signe] of [[-1, monter, "↑"], [1, descendre, "↓"]]) {
        const bouton = document.createElement("button");
        Object.assign(bouton, { type: "button", className: "btn btn-sm btn-icon btn-ghost-secondary", textContent: signe, title: mot });
        bouton.setAttribute("aria-label", `${mot} ${nom}`);
        bouton.addEventListener("click", () => {
          const autre = sens < 0 ? boite.previousElementSibling : boite.nextElementSibling;
          if (!autre?.classList.contains("colonne-au-choix")) return;
          if (sens < 0) autre.before(boite);
          else autre.after(boite);
          // at either end there is only the way back
          const fini = !boite[sens < 0 ? "previousElementSibling" : "nextElementSibling"]?.matches(".colonne-au-choix");
          (fini ? boite.querySelector(`button:nth-of-type(${sens < 0 ? 2 : 1})`) : bouton).focus();
        });
        boite.append(bouton);
      }
    }
  };

  // --- The order that one gives a list is there the next time, on any device --------------------------------------------
  document.addEventListener("click", ({ target }) => {
    const lien = target.closest("#page-liste a.tri");
    const form = $("#form-affichage");
    if (!lien || !form) return;
    const corps = new URLSearchParams({ tri: new URL(lien.href).searchParams.get("sort") ?? "" });
    for (const nom of ["csrfmiddlewaretoken", "liste"]) corps.set(nom, form.elements[nom].value);
    fetch(form.action, { method: "POST", body: corps, keepalive: true }).catch(() => {});
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
    fleches();
    accorder();
    compter();
    // the menu that was used is gone with its page: its button takes the focus back
    if (evenement.detail.requestConfig?.elt?.id === "form-affichage") $("#bouton-affichage")?.focus();
  });
  // before it is painted: a swapped list too
  document.body.addEventListener("htmx:afterSwap", ranger);
  ranger();
  fleches();
  compter();
})();
