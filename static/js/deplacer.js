// What the pages where one drags share: send a move, say why it was refused, open a form without leaving, hear of the others.
"use strict";
const Deplacement = (() => {
  const jeton = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

  const dire = (texte) => {
    const boite = document.getElementById("avis");
    boite.textContent = texte;
    boite.hidden = false;
    clearTimeout(dire.minuterie);
    dire.minuterie = setTimeout(() => (boite.hidden = true), 8000);
  };

  // { ok, status, donnees }; `donnees.detail` is the refusal in words
  const poster = async (url, champs) => {
    try {
      const reponse = await fetch(url, {
        method: "POST",
        headers: { "X-CSRFToken": jeton(), Accept: "application/json" },
        body: new URLSearchParams(champs),
      });
      const json = (reponse.headers.get("Content-Type") ?? "").startsWith("application/json");
      const avis = document.getElementById("avis").dataset;
      const donnees = json ? await reponse.json() : { detail: avis.erreur };
      return { ok: reponse.ok && json, status: reponse.status, donnees };
    } catch {
      return { ok: false, status: 0, donnees: { detail: document.getElementById("avis").dataset.horsLigne } };
    }
  };

  const lire = async (url) => {
    const reponse = await fetch(url, { headers: { Accept: "application/json" } });
    if (!(reponse.headers.get("Content-Type") ?? "").startsWith("application/json")) throw new Error(String(reponse.status));
    const donnees = await reponse.json();
    if (!reponse.ok) throw new Error(donnees.detail);
    return donnees;
  };

  // --- The keys of a menu that is a popover: Bootstrap's, for every .dropdown-menu, look for a toggle that it has not,
  // throw, and keep Escape from closing it. So they are handled first.
  window.addEventListener("keydown", (evenement) => {
    const menu = evenement.target.closest?.(".kanban-menu[popover]");
    const pas = { ArrowDown: 1, ArrowUp: -1 }[evenement.key];
    if (!menu || (!pas && evenement.key !== "Escape")) return;
    evenement.preventDefault();
    evenement.stopPropagation();
    if (!pas) return menu.hidePopover();
    const choix = [...menu.querySelectorAll("[role=menuitem]")];
    choix[(choix.indexOf(document.activeElement) + pas + choix.length) % choix.length].focus();
  }, true);

  // --- A form in the dialog, that comes back here instead of leading to the page of the object -------------------------
  let auRetour = null;
  const dialogue = document.getElementById("dialogue");
  const ouvrirFormulaire = (url, apres) => {
    document.getElementById("dialogue-alertes").replaceChildren();
    auRetour = apres;
    htmx.ajax("GET", url, { target: "#dialogue-corps", swap: "innerHTML" });
  };
  document.body.addEventListener("htmx:beforeOnLoad", (evenement) => {
    const { xhr, elt } = evenement.detail;
    if (!auRetour || !dialogue.contains(elt)) return;
    if (!xhr.getResponseHeader("HX-Redirect") && !xhr.getResponseHeader("HX-Refresh")) return;
    evenement.preventDefault();
    const apres = auRetour;
    auRetour = null;
    dialogue.close();
    apres(true);
  });
  dialogue.addEventListener("close", () => {
    const apres = auRetour;
    auRetour = null;
    apres?.(false);
  });

  // --- What others did: at once by the stream, each minute without it --------------------------------------------------
  const MINUTE = 60_000;
  const ecouter = (rafraichir, { occupe = () => false } = {}) => {
    let attente;
    const demander = () => {
      clearTimeout(attente);
      attente = setTimeout(() => (occupe() ? demander() : rafraichir()), 200);
    };
    document.addEventListener("gmao:flux", ({ detail }) => {
      if (["intervention", "absence", "calendrier", "proposition", "recharger", "notification"].includes(detail.type)) demander();
    });
    setInterval(() => document.visibilityState === "visible" && demander(), MINUTE);
    return demander;
  };

  // --- EventCalendar names its boxes as a table whose rows it does not have: without these names it reads better -------
  const STRUCTURE = ["table", "rowgroup", "row", "rowheader", "columnheader", "cell", "list", "listitem"];
  const nettoyer = (boite) => {
    const passer = () => {
      for (const element of boite.querySelectorAll("[role]")) {
        if (STRUCTURE.includes(element.getAttribute("role"))) element.removeAttribute("role");
      }
      for (const element of boite.querySelectorAll("[aria-colindex], [aria-rowindex]")) {
        for (const nom of ["aria-colindex", "aria-rowindex", "aria-colspan", "aria-rowspan"]) element.removeAttribute(nom);
      }
      for (const nom of ["aria-colcount", "aria-rowcount"]) boite.removeAttribute(nom);
      for (const titre of boite.querySelectorAll("h4:not([aria-level])")) {
        titre.setAttribute("role", "heading");
        titre.setAttribute("aria-level", "3");
      }
      if (STRUCTURE.includes(boite.getAttribute("role"))) boite.removeAttribute("role");
      // what scrolls is scrolled by the keyboard as well, also when nothing stands in it
      for (const element of boite.querySelectorAll(".ec-main:not([tabindex])")) element.tabIndex = 0;
    };
    new MutationObserver(passer).observe(boite, { childList: true, subtree: true });
    passer();
  };

  return { dire, ecouter, lire, nettoyer, ouvrirFormulaire, poster };
})();
