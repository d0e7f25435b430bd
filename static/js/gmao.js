// What every page does in the browser. No page needs it to be read: each link and form works without.
"use strict";
(() => {
  const $ = (selecteur, dans = document) => dans.querySelector(selecteur);
  const $$ = (selecteur, dans = document) => [...dans.querySelectorAll(selecteur)];

  // what the device keeps; where storage is refused a choice lasts as long as the page
  const garder = (cle, valeur) => {
    try {
      localStorage.setItem(cle, valeur);
    } catch {
      return;
    }
  };
  const garde = (cle) => {
    try {
      return localStorage.getItem(cle);
    } catch {
      return null;
    }
  };

  // --- Theme ---------------------------------------------------------------------------------------------------------
  // kept with the account, so that it is there on every device, and on this device for the page of sign-in
  const basculerTheme = (adresse) => {
    const racine = document.documentElement;
    racine.dataset.bsTheme = racine.dataset.bsTheme === "dark" ? "light" : "dark";
    racine.dataset.themeChoisi = racine.dataset.bsTheme === "dark" ? "sombre" : "clair";
    garder("theme", racine.dataset.bsTheme);
    fetch(adresse, {
      method: "POST",
      headers: JSON.parse(document.body.getAttribute("hx-headers")),
      body: new URLSearchParams({ theme: racine.dataset.themeChoisi }),
      redirect: "manual",
      keepalive: true,
    }).catch(() => undefined); // without a network the choice holds on this device
  };

  // --- The menu, on a narrow screen ----------------------------------------------------------------------------------
  const ouvrirMenu = (ouvert) => {
    document.body.classList.toggle("menu-ouvert", ouvert);
    const bouton = $("[data-menu-ouvrir]");
    bouton?.setAttribute("aria-expanded", String(ouvert));
    for (const reste of $$(".saut, .cadre-barre, .cadre-contenu")) reste.inert = ouvert;
    if (ouvert) $("#menu a")?.focus();
    else if (document.activeElement === document.body || $("#menu")?.contains(document.activeElement)) bouton?.focus();
  };

  // --- Dialogs: a link with data-dialogue shows the form of its page without leaving this one ------------------------
  const dialogue = $("#dialogue");
  const corps = $("#dialogue-corps");

  const montrerDialogue = () => {
    const titre = $("[data-dialogue-titre]", corps);
    $("#dialogue-titre").textContent = titre ? titre.dataset.dialogueTitre : "";
    if (!dialogue.open) dialogue.showModal();
    const premier = $("[autofocus], .is-invalid, [data-focus]", corps) ??
      $("input:not([type=hidden]), select, textarea", corps);
    premier?.focus();
  };

  // --- One question before what cannot be undone ---------------------------------------------------------------------
  const confirmer = (question, oui) =>
    new Promise((resoudre) => {
      const boite = $("#confirmation");
      $("#confirmation-question").textContent = question;
      const bouton = $("[data-confirmation-oui]", boite);
      const parDefaut = bouton.textContent;
      if (oui) bouton.textContent = oui;
      boite.returnValue = "non";
      boite.addEventListener("close", () => {
        bouton.textContent = parDefaut;
        resoudre(boite.returnValue === "oui");
      }, { once: true });
      boite.showModal();
    });

  document.addEventListener("submit", (evenement) => {
    const formulaire = evenement.target;
    const source = evenement.submitter?.dataset.confirmer ? evenement.submitter : formulaire;
    const question = source.dataset.confirmer;
    if (!question || formulaire.dataset.confirme) return;
    evenement.preventDefault();
    evenement.stopImmediatePropagation();
    const { submitter } = evenement;
    confirmer(question, source.dataset.confirmerOui).then((oui) => {
      if (!oui) return;
      formulaire.dataset.confirme = "1";
      formulaire.requestSubmit(submitter ?? undefined);
      delete formulaire.dataset.confirme;
    });
  }, true);

  // --- Clicks --------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (evenement) => {
    const clic = (selecteur) => evenement.target.closest(selecteur);
    const lien = clic("a[data-dialogue]");
    // the list has changed its URL since this link was drawn
    const suite = clic("a[data-avec-requete]");
    if (suite) suite.search = location.search;
    if (lien && !evenement.ctrlKey && !evenement.metaKey && !evenement.shiftKey && evenement.button === 0) {
      evenement.preventDefault();
      $("#dialogue-alertes").replaceChildren();
      htmx.ajax("GET", lien.getAttribute("href"), { source: lien, target: "#dialogue-corps", swap: "innerHTML" });
    } else if (clic("[data-dialogue-fermer]") || (clic("[data-fermer]") && dialogue?.open)) {
      evenement.preventDefault();
      dialogue.close();
    } else if (clic("[data-theme-bascule]")) {
      basculerTheme(clic("[data-theme-bascule]").dataset.themeBascule);
    } else if (clic("[data-aide]")) {
      $("#aide").showModal();
    } else if (clic("[data-menu-ouvrir]")) {
      ouvrirMenu(!document.body.classList.contains("menu-ouvert"));
    } else if (clic("[data-menu-fermer]")) {
      ouvrirMenu(false);
    } else if (clic("[data-avis-fermer]")) {
      $("#avis").hidden = true;
    } else if (clic("[data-imprimer]")) {
      window.print();
    }
  });
  dialogue?.addEventListener("close", () => corps.replaceChildren());

  // --- Copying a reference or an address, to paste it elsewhere: only where the browser can --------------------------
  for (const bouton of $$("[data-copier]")) {
    if (!navigator.clipboard) continue;
    bouton.hidden = false;
    bouton.addEventListener("click", () => {
      navigator.clipboard.writeText(bouton.dataset.copier).then(() => avis(bouton.dataset.fait), () => {});
    });
  }

  // --- Keys: / to search, n for new, g then a letter to go somewhere, ? to read them all -----------------------------
  let avant = ""; // the first of two keys
  let attente;
  document.addEventListener("keydown", (evenement) => {
    if (evenement.key === "Escape" && document.body.classList.contains("menu-ouvert")) ouvrirMenu(false);
    if (evenement.ctrlKey || evenement.metaKey || evenement.altKey || garde("raccourcis") === "non") return;
    if ($("dialog[open]") || evenement.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const touche = avant + evenement.key;
    avant = "";
    clearTimeout(attente);
    if (touche === "/") {
      const champ = $("#recherche");
      if (champ) {
        evenement.preventDefault();
        champ.focus();
        champ.select();
      }
    } else if (touche === "?") {
      evenement.preventDefault();
      $("#aide")?.showModal();
    } else if (touche === "g") {
      avant = "g ";
      attente = setTimeout(() => (avant = ""), 1500);
    } else {
      const lien = $$("[data-raccourci]").find((element) => element.dataset.raccourci === touche);
      if (lien) {
        evenement.preventDefault();
        lien.click();
      }
    }
  });
  const actives = $("[data-raccourcis]");
  if (actives) actives.checked = garde("raccourcis") !== "non";
  actives?.addEventListener("change", () => garder("raccourcis", actives.checked ? "oui" : "non"));

  // --- Selects in which one types: data-chercher is the URL that answers, empty to search what is in the page --------
  const habillerSelects = (racine) => {
    if (typeof TomSelect === "undefined") return;
    for (const champ of $$("select[data-chercher]", racine)) {
      if (champ.tomselect) continue;
      const url = champ.dataset.chercher;
      const rendu = (donnee, echapper) =>
        `<div><span>${echapper(donnee.text)}</span>${donnee.detail ? `<small class="ts-detail">${echapper(donnee.detail)}</small>` : ""}</div>`;
      const rien = champ.dataset.rien ?? "";
      const options = {
        maxOptions: 50,
        plugins: champ.multiple ? ["remove_button"] : [],
        placeholder: champ.dataset.placeholder ?? "",
        hidePlaceholder: true,
        render: {
          option: rendu,
          no_results: (_donnee, echapper) => `<div class="no-results">${echapper(rien)}</div>`,
        },
        onInitialize() {
          // the label now names the control in which one types; the select behind it is for the form alone
          champ.setAttribute("aria-hidden", "true");
          const decrit = champ.getAttribute("aria-describedby");
          if (decrit) this.control_input.setAttribute("aria-describedby", decrit);
          if (champ.autofocus) this.focus();
        },
      };
      if (url) {
        Object.assign(options, {
          valueField: "value",
          labelField: "text",
          searchField: [],
          score: () => () => 1,
          refreshThrottle: 0, // loadThrottle waits already
          loadThrottle: 150,
          shouldLoad: (texte) => texte.trim().length >= 2,
          load(texte, repondre) {
            this.clearOptions();
            fetch(`${url}?q=${encodeURIComponent(texte)}`, { headers: { Accept: "application/json" } })
              .then((reponse) => (reponse.ok ? reponse.json() : { resultats: [] }))
              .then((donnees) => {
                // an answer to what is no longer typed comes too late
                const attendue = this.control_input.value.trim() === texte.trim();
                if (attendue) this.repondu = texte.trim();
                repondre(attendue ? donnees.resultats : []);
              })
              .catch(() => repondre());
          },
        });
      }
      new TomSelect(champ, options);
    }
  };

  // --- The end of a slot follows its beginning, by the usual duration (minutes) ---------------------------------------
  document.addEventListener("change", (evenement) => {
    const groupe = evenement.target.name === "debut" && evenement.target.closest("[data-duree]");
    const fin = groupe && $("[name=fin]", groupe);
    if (!fin || !evenement.target.value || (fin.value && fin.value > evenement.target.value)) return;
    const [jour, heure] = evenement.target.value.split("T");
    const [a, m, j] = jour.split("-").map(Number);
    const [h, min] = heure.split(":").map(Number);
    // wall time on wall time: no zone is involved
    const date = new Date(Date.UTC(a, m - 1, j, h, min + Number(groupe.dataset.duree)));
    fin.value = date.toISOString().slice(0, 16);
  }, true);

  // --- htmx ----------------------------------------------------------------------------------------------------------
  const avis = (texte) => {
    const boite = $("#avis");
    if (!boite) return;
    boite.textContent = texte;
    boite.hidden = false;
    clearTimeout(avis.minuterie);
    avis.minuterie = setTimeout(() => (boite.hidden = true), 8000);
  };

  const brancher = (nom, action) => document.body.addEventListener(nom, action);

  brancher("htmx:configRequest", (evenement) => {
    // a list's URL says what is filtered, not what is not
    const { parameters, verb } = evenement.detail;
    if (verb !== "get" || !evenement.target.closest("form[data-filtres]")) return;
    for (const cle of [...new Set(parameters.keys?.() ?? Object.keys(parameters))]) {
      const valeurs = evenement.detail.formData.getAll(cle).filter((valeur) => String(valeur).trim() !== "");
      evenement.detail.formData.delete(cle);
      for (const valeur of valeurs) evenement.detail.formData.append(cle, valeur);
    }
  });

  brancher("htmx:confirm", (evenement) => {
    const { question, issueRequest } = evenement.detail;
    if (!question) return;
    evenement.preventDefault();
    confirmer(question).then((oui) => oui && issueRequest(true));
  });

  // --- The focus stays where it was when what holds it is swapped; what is gone leaves it to the part that was swapped ---
  let repere = null;
  const reperer = (element, cible) => ({
    cible: cible.id,
    nom: element.tagName,
    id: element.id,
    champ: element.name,
    valeur: element.value,
    adresse: element.closest(".pagination") ? "" : element.getAttribute("href"),
    mots: element.closest(".pagination") ? "" : (element.getAttribute("aria-label") ?? element.textContent).trim(),
  });
  const retrouver = ({ nom, id, champ, valeur, adresse, mots }, dans) => {
    if (id) return document.getElementById(id);
    const pareils = $$(nom, dans);
    return pareils.find((e) => champ && e.name === champ && e.value === valeur) ??
      pareils.find((e) => adresse && e.getAttribute("href") === adresse) ??
      pareils.find((e) => mots && (e.getAttribute("aria-label") ?? e.textContent).trim() === mots);
  };
  brancher("htmx:beforeSwap", ({ detail }) => {
    const actif = document.activeElement;
    repere = detail.shouldSwap && actif !== document.body && detail.target?.id && detail.target.contains(actif)
      ? reperer(actif, detail.target) : null;
  });
  brancher("htmx:afterSettle", () => {
    const dans = repere && document.getElementById(repere.cible);
    if (dans && (document.activeElement === document.body || !document.activeElement) && !$("dialog[open]")) {
      const retrouve = retrouver(repere, dans);
      if (!retrouve) dans.tabIndex = -1;
      (retrouve ?? dans).focus({ preventScroll: true });
    }
    repere = null;
  });
  // --- A choice made while the answer was under way stays: what the server drew knows only the one before ---
  let choix = [];
  const retenir = ({ shouldSwap, target }) =>
    shouldSwap && target?.id ? $$("input[type=radio]:checked", target).map((e) => [target.id, e.name, e.value]) : [];
  brancher("htmx:beforeSwap", ({ detail }) => (choix = retenir(detail)));
  brancher("htmx:oobBeforeSwap", ({ detail }) => choix.push(...retenir(detail)));
  brancher("htmx:afterSwap", () => {
    for (const [cible, nom, valeur] of choix) {
      const dans = document.getElementById(cible);
      const meme = dans && $$("input[type=radio]", dans).find((e) => e.name === nom && e.value === valeur);
      if (meme && !meme.disabled) meme.checked = true;
    }
    choix = [];
  });

  brancher("htmx:afterSettle", ({ detail }) => {
    if (detail.target?.id === "liste") $("#annonce").textContent = $("#liste .pied-liste-total, #liste .empty-title")?.textContent ?? "";
  });

  brancher("htmx:beforeSwap", (evenement) => {
    // a refusal must not appear behind the dialog that asked
    const { detail } = evenement;
    if (detail.target?.id === "alertes" && dialogue?.open) detail.target = $("#dialogue-alertes");
  });

  brancher("htmx:afterSwap", (evenement) => {
    const cible = evenement.detail.target;
    if (cible?.id === "dialogue-corps" || (dialogue?.open && dialogue.contains(evenement.detail.elt))) {
      // a part of the form that is drawn again leaves the reader where he types
      const entier = cible?.id === "dialogue-corps" || evenement.target.matches("form, [data-dialogue-titre]");
      if (entier && $("form, [data-dialogue-titre]", corps)) montrerDialogue();
      return;
    }
    const erreur = $("[data-focus]", evenement.detail.elt) ?? (cible?.id === "alertes" ? $("[data-focus]", cible) : null);
    erreur?.focus();
  });

  brancher("htmx:load", (evenement) => habillerSelects(evenement.detail.elt));
  brancher("htmx:sendError", () => avis($("#avis").dataset.horsLigne));
  brancher("htmx:responseError", (evenement) => {
    const statut = evenement.detail.xhr.status;
    if (statut >= 500) avis(statut === 503 ? $("#avis").dataset.horsLigne : $("#avis").dataset.erreur);
  });

  // --- A page just shown ---------------------------------------------------------------------------------------------
  $("main [data-focus]")?.focus();
})();
