// The planning board: technicians down, time across. Every move is one request, sprung back with its reason when refused.
"use strict";
(() => {
  const $ = (selecteur, dans = document) => dans.querySelector(selecteur);
  const $$ = (selecteur, dans = document) => [...dans.querySelectorAll(selecteur)];
  const boite = $("#tableau");
  const mots = boite.dataset;
  const VUES = { jour: "resourceTimelineDay", semaine: "resourceTimelineWeek", mois: "resourceTimelineMonth" };
  const noms = Object.fromEntries(Object.entries(VUES).map(([nom, vue]) => [vue, nom]));
  const PAS = { resourceTimelineDay: 15, resourceTimelineWeek: 30, resourceTimelineMonth: 24 * 60 }; // minutes
  const MINUTE = 60_000;
  const deux = (nombre) => String(nombre).padStart(2, "0");
  const jourDe = (d) => `${d.getFullYear()}-${deux(d.getMonth() + 1)}-${deux(d.getDate())}`;
  const mur = (d) => `${jourDe(d)}T${deux(d.getHours())}:${deux(d.getMinutes())}`;
  const plus = (d, minutes) => new Date(d.getTime() + minutes * MINUTE);
  const url = (modele, pk) => modele.replace("/0/", `/${pk}/`);
  const texte = (balise, classe, contenu) => {
    const element = document.createElement(balise);
    element.className = classe;
    element.textContent = contenu;
    return element;
  };

  let ec = null;
  let creneaux = []; // as the server told them
  const faits = new Map(); // what this window did, by intervention: newer than an answer that left before it
  let techniciens = [];
  let ouverture = "08:30";
  let occupe = 0; // requests and drags under way
  let foyer = null; // the slot that had the focus when the board was read again
  let vu = "";
  let plage = []; // hours shown of each day, [start, end)

  // --- What the server says --------------------------------------------------------------------------------------------
  const fond = (f) => ({
    start: f.start,
    end: f.end,
    allDay: Boolean(f.jour) && vueCourante() === VUES.mois,
    display: "background",
    resourceIds: f.techniciens,
    title: "",
    classNames: ["fond", `fond-${f.genre}`, f.demandee ? "fond-demandee" : "", f.court ? "fond-court" : ""].filter(Boolean),
    extendedProps: { fond: f },
  });

  const creneau = (c) => ({
    id: String(c.pk),
    start: c.start,
    end: c.end,
    resourceIds: [c.technicien],
    title: c.titre,
    classNames: ["ev", "ev-creneau", `ev-${c.statut}`, c.priorite === "urgente" ? "ev-urgente" : "", c.hors_delai ? "ev-hors-delai" : "", c.trajet_court ? "ev-trajet-court" : "", c.verrouille ? "ev-verrouille" : "", (new Date(c.end) - new Date(c.start)) / MINUTE < 210 ? "ev-court" : ""].filter(Boolean),
    editable: !c.verrouille,
    extendedProps: c,
  });

  const direCharge = (t, charge = $(`.ligne-charge[data-technicien="${t.id}"]`)) => {
    if (!(charge instanceof Element)) return;
    $("meter", charge).value = Math.min(t.charge, 100);
    $(".ligne-part", charge).textContent = `${t.charge} %`;
    charge.classList.toggle("retard", t.charge > 100);
  };

  const charger = async ({ start, end }) => {
    const adresse = new URL(mots.donnees, location.href);
    adresse.searchParams.set("debut", mur(start));
    adresse.searchParams.set("fin", mur(end));
    adresse.searchParams.set("equipe", equipe());
    lectures += 1;
    try {
      const donnees = await Deplacement.lire(adresse);
      creneaux = donnees.creneaux
        .map((c) => (faits.get(c.pk)?.version > c.version ? { ...c, ...faits.get(c.pk) } : c))
        .filter((c) => c.start);
      techniciens = donnees.techniciens;
      ouverture = donnees.ouverture;
      if (donnees.tronque) Deplacement.dire(mots.tronque);
      montrerPropositions(donnees.propositions);
      plage = donnees.fonds.filter((f) => f.genre === "ouvert");
      ajuster();
      // the lines are drawn again only when they are others: whoever holds the focus on one keeps it
      const resume = JSON.stringify(techniciens.map((t) => [t.id, t.nom, t.detail]));
      if (resume !== vu) {
        vu = resume;
        ec.setOption("resources", techniciens.map((t) => ({ id: String(t.id), title: t.nom, extendedProps: t })));
      } else {
        for (const t of techniciens) direCharge(t);
      }
      return [...donnees.fonds.map(fond), ...creneaux.map(creneau)];
    } catch (erreur) {
      Deplacement.dire(mots.erreur);
      throw erreur;
    } finally {
      lectures -= 1;
      redessine = Date.now();
    }
  };

  const vueCourante = () => ec?.getView().type ?? VUES.semaine;

  // --- What the page offers beside the board ---------------------------------------------------------------------------
  const choixEquipe = $("#equipe");
  const equipe = () => choixEquipe?.value ?? "";
  const proposer = $("#proposer");
  const montrerPropositions = (nombre) => {
    const pastille = $(".pastille-nombre", proposer);
    pastille.hidden = !nombre;
    $("[data-nombre]", pastille).textContent = nombre;
  };
  // the optimiser is asked for the days shown, seven of a month: from today on
  const lierProposition = () => {
    const { type, currentStart, currentEnd } = ec.getView();
    const ici = new Date(`${mots.jourDici}T00:00:00`);
    const debut = currentStart <= ici && ici < currentEnd && type !== VUES.jour ? ici : currentStart;
    const fin = new Date(Math.min(plus(currentEnd, -1).getTime(), plus(debut, 6 * 24 * 60).getTime()));
    const adresse = new URL(proposer.href);
    adresse.search = new URLSearchParams({ debut: jourDe(debut), fin: jourDe(fin), equipe: equipe() });
    proposer.href = adresse;
  };
  const noter = (nom, valeur) => {
    const ici = new URL(location.href);
    if (valeur) ici.searchParams.set(nom, valeur);
    else ici.searchParams.delete(nom);
    history.replaceState(history.state, "", ici);
  };
  // what waits leaves its room to the board, as long as this person wants it so
  const tableau = $(".tableau");
  const replier = $("#replier");
  const replierAttente = (oui) => {
    tableau.classList.toggle("sans-attente", oui);
    replier.setAttribute("aria-expanded", String(!oui));
    localStorage.setItem("planning-sans-attente", oui ? "1" : "");
  };
  replierAttente(localStorage.getItem("planning-sans-attente") === "1");
  replier.addEventListener("click", () => replierAttente(!tableau.classList.contains("sans-attente")));
  choixEquipe?.addEventListener("change", () => {
    noter("equipe", equipe());
    lierProposition();
    ec.refetchEvents();
  });

  // --- The hours shown fill the width: days end when nobody works any more ---------------------------------------------
  const LARGEURS = { [VUES.jour]: { minutes: 30, mini: 20, maxi: 60 }, [VUES.semaine]: { minutes: 120, mini: 21, maxi: 60 } };
  const ajuster = () => {
    const vue = vueCourante();
    const echelle = LARGEURS[vue];
    const tete = $(".ec-sidebar", boite)?.offsetWidth;
    if (!echelle || !tete || !plage.length) return;
    const minutes = plage.reduce((somme, { start, end }) => somme + (new Date(end) - new Date(start)) / MINUTE, 0);
    const large = boite.clientWidth - tete - 6;
    const pas = Math.max(echelle.mini, Math.min(echelle.maxi, (large * echelle.minutes) / minutes));
    boite.classList.toggle("serre", vue === VUES.semaine && pas < 40);
    if (Math.abs((ec.getOption("slotWidth") ?? 0) - pas) > 0.05) ec.setOption("slotWidth", pas);
  };

  let lectures = 0; // under way: what is drawn again loses the focus, and a key pressed meanwhile still is the slot's
  let redessine = 0; // when the last one was drawn
  const redessinait = () => lectures > 0 || Date.now() - redessine < 1000;
  const rafraichir = () => {
    foyer = document.activeElement?.closest("[data-creneau]")?.dataset.creneau ?? foyer;
    ec.refetchEvents();
    const q = $(".tableau-recherche input").value;
    const attentive = document.activeElement?.closest("[id^=attente-]")?.id;
    const haut = $(".attente-liste")?.scrollTop ?? 0;
    return htmx
      .ajax("GET", `${location.pathname}?q=${encodeURIComponent(q)}`, { source: boite, target: "#attente", swap: "outerHTML" })
      .then(() => {
        if ($(".attente-liste")) $(".attente-liste").scrollTop = haut;
        if (attentive && document.activeElement === document.body) $(`#${attentive} a`)?.focus();
      });
  };

  // --- A move, and its undoing -----------------------------------------------------------------------------------------
  const pile = [];
  const bouton = $("#defaire");
  const majPile = () => (bouton.disabled = pile.length === 0);

  // `place`: { technicien_id, debut, fin }, empty strings for none
  const connu = (pk) => creneaux.find((c) => String(c.pk) === String(pk));
  const placer = async (pk, place, version, { message = mots.planifiee, memoriser = true } = {}) => {
    occupe += 1;
    const champs = Object.fromEntries(Object.entries(place).map(([cle, valeur]) => [cle, valeur ?? ""]));
    const { ok, donnees } = await Deplacement.poster(url(mots.placer, pk), { ...champs, version: version ?? "" });
    occupe -= 1;
    if (ok) {
      // the next key or drag goes on from here, whatever was being read meanwhile
      const fait = { version: donnees.version, technicien: Number(place.technicien_id), start: place.debut, end: place.fin };
      faits.set(Number(pk), fait);
      Object.assign(connu(pk) ?? {}, fait);
      if (memoriser) pile.push({ pk: Number(pk), place: donnees.avant, de: Number(version), version: donnees.version });
      Deplacement.dire([`${donnees.reference} : ${message}.`, donnees.avertissement].filter(Boolean).join(" "));
    } else {
      Deplacement.dire(donnees.detail);
    }
    majPile();
    return { ok, donnees };
  };

  const defaire = async () => {
    const dernier = pile.pop();
    majPile();
    if (!dernier) return;
    const { ok, donnees } = await placer(dernier.pk, dernier.place, dernier.version, { message: mots.defaite, memoriser: false });
    const avant = ok && pile.findLast((autre) => autre.pk === dernier.pk);
    if (avant && avant.version === dernier.de) avant.version = donnees.version; // nobody came between the two
    rafraichir();
  };
  let file = Promise.resolve(); // what the keyboard asks, one after the other, each from where the one before it led
  const annuler = () => (file = file.then(() => (occupe ? null : defaire())));
  bouton.addEventListener("click", annuler);

  const retirer = async (c) => {
    const { ok } = await placer(c.pk, { technicien_id: c.technicien, debut: null, fin: null }, c.version, { message: mots.retiree });
    if (ok) foyer = null;
    await rafraichir();
  };

  let retire = null; // dropped on what waits: where it passed on its way is no move
  const bouger = async ({ event, revert }) => {
    if (retire === event.id) {
      revert();
      return;
    }
    const c = connu(event.id) ?? event.extendedProps;
    const [technicien_id] = event.resourceIds;
    foyer = event.id;
    const { ok } = await placer(c.pk, { technicien_id, debut: mur(event.start), fin: mur(event.end) }, c.version);
    if (!ok) revert();
    await rafraichir();
  };

  const verrouiller = async (c, oui) => {
    occupe += 1;
    const { ok, donnees } = await Deplacement.poster(url(mots.verrou, c.pk), { verrouille: oui ? "oui" : "non", version: c.version });
    occupe -= 1;
    Deplacement.dire(ok ? `${donnees.reference} : ${oui ? mots.verrouille : mots.deverrouille}.` : donnees.detail);
    rafraichir();
  };

  // who points elsewhere has left the slot
  document.addEventListener("pointerdown", (evenement) => {
    if (!evenement.target.closest?.("[data-creneau], #menu-creneau, dialog")) foyer = null;
  }, true);

  let lache = 0; // the click that ends a drag opens nothing
  const lacher = () => {
    occupe -= 1;
    lache = Date.now();
  };
  boite.addEventListener("click", (evenement) => {
    const choix = evenement.target.closest("[data-creneau]");
    const c = choix && Date.now() - lache > 250 && connu(choix.dataset.creneau);
    if (c) ouvrirMenu(c, choix);
  });

  // --- The board -------------------------------------------------------------------------------------------------------
  const params = new URLSearchParams(location.search);
  const heureSeule = (date) => `${date.getHours()} h`;
  // each day as long as its hours and its slots; one that is closed keeps a narrow column
  const HEURES = {
    slotMinTime: "12:00",
    slotMaxTime: "14:00",
    flexibleSlotTimeLimits: { eventFilter: (evenement) => evenement.extendedProps.fond?.genre === "ouvert" },
  };
  ec = EventCalendar.create(boite, {
    view: VUES[params.get("vue")] ?? (matchMedia("(max-width: 767px)").matches ? VUES.jour : VUES.semaine),
    date: new Date(`${params.get("date") ?? mots.jourDici}T00:00:00`),
    locale: document.documentElement.lang,
    firstDay: 1,
    height: "auto",
    headerToolbar: { start: "prev,next today", center: "title", end: Object.values(VUES).join(",") },
    buttonText: (t) => ({
      ...t,
      today: mots.aujourdhui,
      [VUES.jour]: mots.jour,
      [VUES.semaine]: mots.semaine,
      [VUES.mois]: mots.mois,
      prev: mots.precedent,
      next: mots.suivant,
    }),
    views: {
      [VUES.jour]: { ...HEURES, slotDuration: "00:30", snapDuration: "00:15", slotWidth: 36 },
      [VUES.semaine]: { ...HEURES, slotDuration: "02:00", snapDuration: "00:30", slotLabelInterval: "04:00", slotWidth: 21, dayHeaderFormat: { weekday: "short", day: "numeric" }, slotLabelFormat: heureSeule },
      [VUES.mois]: { slotWidth: 64 },
    },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    nowIndicator: -new Date().getTimezoneOffset() === Number(mots.decalage),
    editable: true,
    eventResizableFromStart: true,
    lazyFetching: false,
    resources: [],
    resourceLabelContent: ({ resource }) => {
      const t = resource.extendedProps;
      if (!t.nom) return ""; // the line that stands for nobody, before the first answer
      const nom = texte("a", "ligne-nom", t.nom);
      nom.href = t.url;
      const jauge = document.createElement("meter");
      Object.assign(jauge, { min: 0, max: 100, low: 85, high: 99, optimum: 50 });
      jauge.setAttribute("aria-label", `${mots.charge} ${t.nom}`);
      const charge = texte("span", "ligne-charge", "");
      charge.dataset.technicien = t.id;
      charge.append(jauge, texte("span", "ligne-part", ""));
      direCharge(techniciens.find((autre) => autre.id === t.id) ?? t, charge);
      return { domNodes: [nom, texte("small", "ligne-detail", t.detail), charge] };
    },
    eventContent: ({ event, timeText }) => {
      const c = event.extendedProps;
      if (c.fond) return { domNodes: c.fond.titre ? [texte("span", "fond-titre", c.fond.titre + (c.fond.demandee ? ` (${mots.demandee})` : ""))] : [] };
      const choix = document.createElement("button");
      choix.type = "button";
      choix.className = "ev-lien";
      choix.dataset.creneau = event.id;
      choix.setAttribute("aria-haspopup", "menu");
      if (c.verrouille) choix.append($("#modele-verrou").content.cloneNode(true));
      choix.append(
        texte("span", "ev-heure", timeText),
        texte("span", "ev-titre", c.titre),
        texte("span", "ev-detail", [c.client, c.lieu].filter(Boolean).join(" · ")),
      );
      return { domNodes: [choix] };
    },
    eventDidMount: ({ el, event }) => {
      const c = event.extendedProps;
      if (c.fond) {
        if (c.fond.titre || c.fond.minutes) el.title = c.fond.titre || `${c.fond.court ? mots.trajetCourt : mots.trajet} : ${c.fond.minutes} min`;
        return;
      }
      el.title = [
        `${c.reference} · ${c.statut_libelle}`,
        c.titre,
        [c.equipement, c.client, c.lieu].filter(Boolean).join(" · "),
        c.hors_delai ? mots.horsDelai : "",
        c.trajet ? `${c.trajet_court ? mots.trajetCourt : mots.trajet} : ${c.trajet} min` : "",
        c.confirme ? mots.confirme : "",
        c.verrouille ? mots.verrouille : "",
      ].filter(Boolean).join("\n");
    },
    eventAllUpdated: () => {
      redessine = Date.now();
      if (!foyer || $("dialog[open]") || $("#menu-creneau").matches(":popover-open")) return;
      const actif = document.activeElement;
      if (actif === document.body || actif?.closest("#tableau")) $(`[data-creneau="${foyer}"]`)?.focus({ preventScroll: true });
    },
    eventDragStart: () => (occupe += 1),
    eventDragStop: lacher,
    eventResizeStart: () => (occupe += 1),
    eventResizeStop: lacher,
    eventDrop: bouger,
    eventResize: bouger,
    datesSet: ({ view }) => {
      const ici = new URL(location.href);
      ici.searchParams.set("vue", noms[view.type]);
      ici.searchParams.set("date", jourDe(view.currentStart));
      history.replaceState(history.state, "", ici);
      lierProposition();
    },
    eventSources: [{ events: charger }],
  });

  Deplacement.nettoyer(boite);
  new ResizeObserver(ajuster).observe(boite);
  Deplacement.ecouter(rafraichir, {
    occupe: () => occupe > 0 || carte !== null || $("#menu-creneau").matches(":popover-open") || $("#dialogue").open,
  });

  // --- From what waits to a technician, with the mouse -----------------------------------------------------------------
  let carte = null;
  const repere = $("#repere");

  // where a job would go: on the line under the pointer, at its time; a day shown whole begins where it is free
  const viser = (x, y) => {
    const point = ec.dateFromPoint(x, y);
    if (!point?.resource) return null;
    const technicien = Number(point.resource.id);
    let debut = point.date;
    if (vueCourante() === VUES.mois) {
      const jour = jourDe(debut);
      const pris = creneaux.filter((c) => c.technicien === technicien && c.end.startsWith(jour)).map((c) => c.end);
      debut = new Date([`${jour}T${ouverture}:00`, ...pris].sort().at(-1));
    }
    const duree = Number(carte.dataset.duree);
    return { technicien, nom: point.resource.title, debut, fin: plus(debut, duree) };
  };
  const heures = (v) => {
    const jour = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short" }).format(v.debut);
    return `${v.nom} · ${jour} ${mur(v.debut).slice(11)}–${mur(v.fin).slice(11)}`;
  };

  document.addEventListener("dragstart", (evenement) => {
    carte = evenement.target.closest?.("[data-duree]") ?? null;
    if (!carte) return;
    evenement.dataTransfer.effectAllowed = "move";
    evenement.dataTransfer.setData("text/plain", carte.dataset.reference);
    setTimeout(() => carte?.classList.add("levee"));
  });
  document.addEventListener("dragover", (evenement) => {
    if (!carte || !evenement.target.closest?.("#tableau")) {
      repere.hidden = true;
      return;
    }
    evenement.preventDefault();
    const visee = viser(evenement.clientX, evenement.clientY);
    repere.hidden = false;
    repere.textContent = visee ? heures(visee) : mots.ici;
    repere.style.left = `${Math.min(evenement.clientX + 14, innerWidth - 260)}px`;
    repere.style.top = `${evenement.clientY + 16}px`;
  });
  document.addEventListener("drop", async (evenement) => {
    if (!carte || !evenement.target.closest?.("#tableau")) return;
    evenement.preventDefault();
    const element = carte;
    const visee = viser(evenement.clientX, evenement.clientY);
    if (!visee) {
      Deplacement.dire(mots.ici);
      return;
    }
    element.classList.add("en-route");
    const { ok } = await placer(
      element.dataset.pk,
      { technicien_id: visee.technicien, debut: mur(visee.debut), fin: mur(visee.fin) },
      element.dataset.version,
    );
    element.classList.remove("en-route");
    if (!ok) {
      element.classList.add("refusee");
      element.addEventListener("animationend", () => element.classList.remove("refusee"), { once: true });
    }
    rafraichir();
  });
  document.addEventListener("dragend", () => {
    carte?.classList.remove("levee");
    carte = null;
    repere.hidden = true;
  });

  // a slot dropped on what waits is unplanned
  document.addEventListener("pointerup", (evenement) => {
    const tire = dernierTire;
    dernierTire = null;
    if (!tire || !document.elementsFromPoint(evenement.clientX, evenement.clientY).some((e) => e.closest(".tableau-attente"))) return;
    const c = connu(tire);
    if (!c) return;
    if (c.verrouille) {
      Deplacement.dire(mots.estVerrouille);
      return;
    }
    retire = tire;
    setTimeout(async () => {
      await retirer(c);
      retire = null;
    });
  }, true);
  let dernierTire = null;
  document.addEventListener("pointerdown", (evenement) => {
    dernierTire = evenement.target.closest?.("#tableau .ec-event")?.querySelector("[data-creneau]")?.dataset.creneau ?? null;
  }, true);

  // --- The menu of a slot ----------------------------------------------------------------------------------------------
  const menu = $("#menu-creneau");
  let choisi = null;
  const ouvrirMenu = (c, element) => {
    choisi = c;
    foyer = String(c.pk);
    menu.replaceChildren($("#modele-menu").content.cloneNode(true));
    menu.prepend(texte("p", "dropdown-header", `${c.reference} · ${c.titre}`));
    $("[data-choix=ouvrir]", menu).href = c.url;
    if (c.statut !== "affectee") $("[data-choix=affecter]", menu).remove();
    const interdits = c.verrouille ? ["suggestions", "planifier", "affecter", "verrouiller", "retirer"] : ["deverrouiller"];
    for (const nom of interdits) $(`[data-choix=${nom}]`, menu)?.remove();
    menu.showPopover();
    const { bottom, left } = element.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - menu.offsetWidth - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
    $("[role=menuitem]", menu).focus();
  };
  const apresFormulaire = (fait) => fait && rafraichir();
  menu.addEventListener("click", (evenement) => {
    const choix = evenement.target.closest("[data-choix]")?.dataset.choix;
    if (!choix || choix === "ouvrir") return;
    menu.hidePopover();
    if (choix === "retirer") retirer(choisi);
    else if (choix.endsWith("verrouiller")) verrouiller(choisi, choix === "verrouiller");
    else Deplacement.ouvrirFormulaire(url(mots[choix], choisi.pk), apresFormulaire);
  });
  document.addEventListener("click", (evenement) => {
    const lien = evenement.target.closest("[data-planifier]");
    if (!lien || evenement.ctrlKey || evenement.metaKey) return;
    evenement.preventDefault();
    Deplacement.ouvrirFormulaire(lien.href, apresFormulaire);
  });

  // --- The keyboard ----------------------------------------------------------------------------------------------------
  const auClavier = (c, touche, maj) => {
    const pas = PAS[vueCourante()];
    const sens = document.dir === "rtl" ? -1 : 1;
    let { technicien } = c;
    let debut = new Date(c.start);
    let fin = new Date(c.end);
    const horizontal = { ArrowRight: sens, ArrowLeft: -sens }[touche];
    const vertical = { ArrowDown: 1, ArrowUp: -1 }[touche];
    if (horizontal && maj) {
      fin = plus(fin, horizontal * pas);
      if (fin <= debut) return null;
    } else if (horizontal) {
      debut = plus(debut, horizontal * pas);
      fin = plus(fin, horizontal * pas);
    } else {
      const rang = techniciens.findIndex((t) => t.id === technicien) + vertical;
      if (!techniciens[rang]) return null;
      technicien = techniciens[rang].id;
    }
    return { technicien_id: technicien, debut: mur(debut), fin: mur(fin) };
  };

  document.addEventListener("keydown", async (evenement) => {
    const { key, shiftKey, target } = evenement;
    if ((evenement.ctrlKey || evenement.metaKey) && key === "z" && !target.closest("input, textarea, select, dialog")) {
      evenement.preventDefault();
      annuler();
      return;
    }
    if (target.closest("#menu-creneau")) return;
    const perdu = document.activeElement === document.body && redessinait() ? foyer : null;
    const c = connu(target.closest?.("[data-creneau]")?.dataset.creneau ?? perdu);
    if (!c || evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
    const fleche = key.startsWith("Arrow");
    if (!fleche && key !== "Delete" && key !== "Backspace") return;
    evenement.preventDefault();
    foyer = String(c.pk);
    file = file.then(async () => {
      const ici = connu(c.pk);
      if (!ici?.start) return;
      if (!fleche) {
        await retirer(ici);
        $(`#attente-${c.pk} a`)?.focus();
        return;
      }
      const place = auClavier(ici, key, shiftKey);
      if (place) await placer(ici.pk, place, ici.version);
    });
    const derniere = file;
    await derniere;
    if (fleche && derniere === file) rafraichir();
  });
})();
