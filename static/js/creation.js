// A call becomes an intervention: opened over any page, typed without a mouse, and no key is lost on the way.
"use strict";
(() => {
  const $ = (selecteur, dans = document) => dans.querySelector(selecteur);
  const BROUILLON = "brouillon-intervention";
  const OUVERTS = "creation-ouverts";
  const range = (zone) => ({
    lire: (cle) => { try { return zone().getItem(cle) ?? ""; } catch { return ""; } },
    ecrire: (cle, valeur) => { try { valeur ? zone().setItem(cle, valeur) : zone().removeItem(cle); } catch { /* storage refused: nothing is remembered */ } },
  });
  const session = range(() => sessionStorage);
  const appareil = range(() => localStorage);
  const creation = (element) => element?.closest?.("form.formulaire-creation");

  // --- Opening: the page of the form in a dialog, unless it is there already or the screen is narrow ------------------
  // What is typed before the field is there goes into it when it comes.
  let attente = null;
  let minuterie = 0;
  const finAttente = () => {
    clearTimeout(minuterie);
    attente = null;
  };

  document.addEventListener("click", (evenement) => {
    const lien = evenement.target.closest?.("a[href]");
    if (!lien || evenement.button || evenement.ctrlKey || evenement.metaKey || evenement.shiftKey) return;
    const url = document.body.dataset.creation;
    if (!url || new URL(lien.href).pathname !== url) return;
    const deja = $("main form.formulaire-creation");
    if (deja) {
      evenement.preventDefault();
      evenement.stopImmediatePropagation();
      $(".ts-control input, textarea", deja)?.focus();
    } else if (matchMedia("(min-width: 768px)").matches && typeof htmx !== "undefined") {
      lien.dataset.dialogue = "";
      attente = "";
      minuterie = setTimeout(finAttente, 15000);
    }
  }, true);

  document.addEventListener("keydown", (evenement) => {
    if (attente === null || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
    const { key } = evenement;
    if (key.length !== 1 && key !== "Backspace" && key !== "Enter") return;
    evenement.preventDefault();
    evenement.stopImmediatePropagation();
    if (key === "Backspace") attente = attente.slice(0, -1);
    else attente += key === "Enter" ? "\n" : key;
  }, true);

  // --- The machine: Enter takes the first answer, also when it is still on its way -----------------------------------
  const brancherMachine = (choix) => {
    const ts = choix.tomselect;
    if (!ts || ts.brancheCreation) return;
    ts.brancheCreation = true;
    let presse = false;
    let suite = ""; // what is typed after Enter, before the answer is here: it belongs to the description
    const prendre = () => {
      presse = false;
      const premiere = ts.dropdown_content.querySelector("[data-selectable]");
      if (premiere) ts.onOptionSelect({ preventDefault() {} }, premiere);
      else suite = "";
    };
    ts.control_input.addEventListener("keydown", (evenement) => {
      if (presse && (evenement.key.length === 1 || evenement.key === "Backspace") && !evenement.ctrlKey && !evenement.metaKey) {
        evenement.preventDefault();
        evenement.stopImmediatePropagation();
        suite = evenement.key === "Backspace" ? suite.slice(0, -1) : suite + evenement.key;
        return;
      }
      if (evenement.key !== "Enter") {
        presse = false;
        return;
      }
      const texte = ts.control_input.value.trim();
      if (texte.length < 2 || ts.repondu === texte) return;
      evenement.preventDefault();
      evenement.stopImmediatePropagation();
      presse = true;
    }, true);
    ts.on("load", () => {
      if (presse && ts.repondu === ts.control_input.value.trim()) prendre();
    });
    ts.on("item_add", () => setTimeout(() => {
      ts.blur();
      const description = $("textarea[name=description]", creation(choix));
      if (!description) return;
      description.focus();
      if (suite) description.setRangeText(suite, description.value.length, description.value.length, "end");
      if (suite) description.dispatchEvent(new Event("input", { bubbles: true }));
      suite = "";
    }));
  };

  document.addEventListener("focusin", (evenement) => {
    const formulaire = creation(evenement.target);
    const choix = evenement.target.matches?.(".ts-wrapper input") && $("select[name=equipement_id]", formulaire);
    if (!choix?.tomselect || !choix.tomselect.wrapper.contains(evenement.target)) return;
    brancherMachine(choix);
    if (attente === null) return;
    // the control clears itself while it takes the focus
    setTimeout(() => {
      const [texte, suite] = (attente ?? "").split("\n", 2);
      finAttente();
      if (!texte) return;
      evenement.target.value = texte;
      evenement.target.dispatchEvent(new Event("input", { bubbles: true }));
      if (suite === undefined) return;
      for (const key of ["Enter", ...suite]) evenement.target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }, 60);
  });

  // --- A list that leads to its interventions: remembered, so that their pages lead from one to the next ---------------
  document.addEventListener("click", (evenement) => {
    const lien = evenement.target.closest?.("#liste a[href]");
    const fiche = /^\/interventions\/\d+\/$/;
    if (!lien || !fiche.test(new URL(lien.href).pathname)) return;
    const liens = [...lien.closest("#liste").querySelectorAll("a[href]")].map((un) => new URL(un.href).pathname);
    const suite = [...new Set(liens)].filter((chemin) => fiche.test(chemin));
    session.ecrire("liste-interventions", JSON.stringify({ url: location.pathname + location.search, liens: suite }));
  }, true);

  // --- The form -------------------------------------------------------------------------------------------------------
  const preparer = (racine) => {
    const formulaire = racine.matches?.("form.formulaire-creation") ? racine : $("form.formulaire-creation", racine);
    if (!formulaire) return;
    const description = $("textarea[name=description]", formulaire);
    if (description && !description.value) description.value = session.lire(BROUILLON);
    const ouverts = appareil.lire(OUVERTS).split(" ");
    for (const volet of formulaire.querySelectorAll("details[data-garder-ouvert]")) {
      if (ouverts.includes(volet.dataset.garderOuvert)) volet.open = true;
    }
  };

  document.addEventListener("toggle", (evenement) => {
    const nom = evenement.target.dataset?.garderOuvert;
    if (!nom) return;
    const autres = appareil.lire(OUVERTS).split(" ").filter((un) => un && un !== nom);
    appareil.ecrire(OUVERTS, [...autres, ...(evenement.target.open ? [nom] : [])].join(" "));
  }, true);

  document.addEventListener("input", (evenement) => {
    if (evenement.target.name === "description" && creation(evenement.target)) session.ecrire(BROUILLON, evenement.target.value);
  });

  document.addEventListener("keydown", (evenement) => {
    const formulaire = creation(evenement.target);
    if (!formulaire || evenement.key !== "Enter" || !(evenement.ctrlKey || evenement.metaKey)) return;
    evenement.preventDefault();
    formulaire.requestSubmit($("button[type=submit]:not([name])", formulaire));
  });

  document.addEventListener("click", (evenement) => {
    const bouton = evenement.target.closest?.("[data-heure]");
    const debut = bouton && $("[name=debut]", bouton.closest("[data-duree]"));
    if (!debut) return;
    $("[name=fin]", bouton.closest("[data-duree]")).value = "";
    debut.value = bouton.dataset.heure;
    debut.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("htmx:load", (evenement) => preparer(evenement.detail.elt));
  document.addEventListener("htmx:afterRequest", (evenement) => {
    const { elt, xhr } = evenement.detail;
    if (creation(elt) === elt && xhr?.getResponseHeader("HX-Redirect")) session.ecrire(BROUILLON, "");
  });
  document.addEventListener("htmx:responseError", finAttente);
  document.addEventListener("htmx:sendError", finAttente);
})();
