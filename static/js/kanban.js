// Cards by statut: a drag is the transition, "Déplacer vers…" the same by keyboard or thumb.
"use strict";
(() => {
  const $ = (selecteur, dans = document) => dans.querySelector(selecteur);
  const $$ = (selecteur, dans = document) => [...dans.querySelectorAll(selecteur)];
  let carte = null; // the one in the hand
  let enCours = false;

  // --- Reading the board again, where it was scrolled to --------------------------------------------------------------
  const rafraichir = () => {
    const tableau = $(".kanban");
    const colonnes = new Map($$(".kanban-cartes").map((c) => [c.parentElement.dataset.statut, c.scrollTop]));
    const cote = tableau?.scrollLeft ?? 0;
    const foyer = document.activeElement?.closest(".kanban-carte")?.id;
    return htmx.ajax("GET", location.href, { target: "#liste", swap: "outerHTML" }).then(() => {
      if ($(".kanban")) $(".kanban").scrollLeft = cote;
      for (const c of $$(".kanban-cartes")) c.scrollTop = colonnes.get(c.parentElement.dataset.statut) ?? 0;
      if (foyer && document.activeElement === document.body) $(`#${foyer} a`)?.focus();
    });
  };
  const menuOuvert = () => $("#menu-kanban")?.matches(":popover-open");
  const plusTard = Deplacement.ecouter(rafraichir, {
    occupe: () => carte !== null || enCours || menuOuvert() || $("#dialogue").open,
  });

  // --- A move ----------------------------------------------------------------------------------------------------------
  const deplacer = async (element, vers) => {
    const origine = element.parentElement;
    const suivant = element.nextElementSibling;
    const cible = $(`.kanban-colonne[data-statut="${vers}"] .kanban-cartes`);
    const revenir = () => {
      origine.insertBefore(element, suivant?.parentElement === origine ? suivant : null);
      element.classList.remove("en-route");
      element.classList.add("refusee");
      element.addEventListener("animationend", () => element.classList.remove("refusee"), { once: true });
      $("a", element).focus({ preventScroll: true });
    };
    enCours = true;
    element.classList.add("en-route");
    cible?.prepend(element);
    const { ok, donnees } = await Deplacement.poster(element.dataset.url, { vers, version: element.dataset.version });
    enCours = false;
    if (!ok) {
      revenir();
      Deplacement.dire(donnees.detail);
      if (donnees.code === "VERSION_PERIMEE") plusTard();
    } else if (donnees.formulaire) {
      revenir();
      element.classList.remove("refusee");
      Deplacement.ouvrirFormulaire(donnees.formulaire, (fait) => fait && rafraichir());
    } else {
      await rafraichir();
      $(`#${element.id} a`)?.focus({ preventScroll: true });
    }
  };

  // --- With the mouse --------------------------------------------------------------------------------------------------
  const colonneDe = (evenement) => evenement.target.closest?.(".kanban-colonne");
  const eteindre = () => $$(".kanban-colonne").forEach((c) => c.classList.remove("permise", "interdite", "visee"));

  document.addEventListener("dragstart", (evenement) => {
    carte = evenement.target.closest?.(".kanban-carte") ?? null;
    if (!carte) return;
    evenement.dataTransfer.effectAllowed = "move";
    evenement.dataTransfer.setData("text/plain", carte.dataset.reference);
    const origine = carte.closest(".kanban-colonne");
    const permises = origine.dataset.destinations.split(" ");
    setTimeout(() => {
      // after the browser took its picture of the card
      carte?.classList.add("levee");
      for (const c of $$(".kanban-colonne")) {
        if (c !== origine) c.classList.add(permises.includes(c.dataset.statut) ? "permise" : "interdite");
      }
    });
  });
  document.addEventListener("dragover", (evenement) => {
    const colonne = colonneDe(evenement);
    if (!carte || !colonne) return;
    evenement.preventDefault(); // a forbidden column takes the drop too, to say why it refuses
    evenement.dataTransfer.dropEffect = "move";
    if (!colonne.classList.contains("visee")) {
      $$(".visee").forEach((c) => c.classList.remove("visee"));
      colonne.classList.add("visee");
    }
  });
  document.addEventListener("drop", (evenement) => {
    const colonne = colonneDe(evenement);
    if (!carte || !colonne) return;
    evenement.preventDefault();
    const element = carte;
    if (colonne !== element.closest(".kanban-colonne")) deplacer(element, colonne.dataset.statut);
  });
  document.addEventListener("dragend", () => {
    carte?.classList.remove("levee");
    carte = null;
    eteindre();
  });

  // --- With the keyboard, or a thumb -----------------------------------------------------------------------------------
  let bouton = null;
  document.addEventListener("click", (evenement) => {
    const ouvrir = evenement.target.closest("[data-deplacer]");
    const choix = evenement.target.closest("#menu-kanban [data-vers]");
    const menu = $("#menu-kanban");
    if (ouvrir) {
      bouton = ouvrir;
      const modele = $("template", ouvrir.closest(".kanban-colonne"));
      menu.replaceChildren(modele.content.cloneNode(true));
      menu.showPopover();
      const { bottom, left, right } = ouvrir.getBoundingClientRect();
      const { offsetWidth: large, offsetHeight: haut } = menu;
      const gauche = document.dir === "rtl" ? left : right - large;
      menu.style.left = `${Math.max(8, Math.min(gauche, innerWidth - large - 8))}px`;
      menu.style.top = `${Math.min(bottom + 4, innerHeight - haut - 8)}px`;
      $("[data-vers]", menu).focus();
    } else if (choix) {
      menu.hidePopover();
      deplacer(bouton.closest(".kanban-carte"), choix.dataset.vers);
    }
  });
  document.addEventListener("keydown", (evenement) => {
    if (evenement.key === "Tab") evenement.target.closest("#menu-kanban")?.hidePopover();
  });
  document.addEventListener("toggle", (evenement) => {
    if (evenement.target.id === "menu-kanban") bouton?.setAttribute("aria-expanded", String(evenement.newState === "open"));
  }, true);
})();
