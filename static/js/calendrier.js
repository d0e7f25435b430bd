// Slots, deadlines and work done on a calendar. Its events come as wall times of Casablanca and are sent back as such.
"use strict";
(() => {
  const VUES = { mois: "dayGridMonth", semaine: "timeGridWeek", jour: "timeGridDay", liste: "listWeek" };
  const noms = Object.fromEntries(Object.entries(VUES).map(([nom, vue]) => [vue, nom]));
  const deux = (nombre) => String(nombre).padStart(2, "0");
  const jourDe = (d) => `${d.getFullYear()}-${deux(d.getMonth() + 1)}-${deux(d.getDate())}`;
  const mur = (d) => `${jourDe(d)}T${deux(d.getHours())}:${deux(d.getMinutes())}`;
  let calendrier = null;
  let pris = false;

  // the click that ends a drag opens nothing
  let lache = 0;
  const lacher = () => {
    pris = false;
    lache = Date.now();
  };
  document.addEventListener("click", (evenement) => {
    if (evenement.target.closest(".ev-lien") && Date.now() - lache < 250) evenement.preventDefault();
  }, true);

  const etat = () => {
    const params = new URLSearchParams(location.search);
    const etroit = matchMedia("(max-width: 767px)").matches;
    return { vue: VUES[params.get("vue")] ?? (etroit ? VUES.liste : VUES.semaine), date: params.get("date") ?? undefined };
  };

  // the view and the date belong to the URL as the filters do; they are not steps of the history
  const retenir = (vue, date) => {
    const url = new URL(location.href);
    url.searchParams.set("vue", noms[vue]);
    url.searchParams.set("date", jourDe(date));
    history.replaceState(history.state, "", url);
  };

  const texte = (balise, classe, contenu) => {
    const element = document.createElement(balise);
    element.className = classe;
    element.textContent = contenu;
    return element;
  };

  const contenu = (mots) => ({ event, timeText, view }) => {
    const e = event.extendedProps;
    const noeuds = [];
    const heure = e.genre === "echeance" ? mur(e.limite).slice(11) : timeText;
    noeuds.push(texte("span", "ev-heure", heure));
    // the row of a week has its heading; elsewhere the word says what the hour is
    const dire = e.genre === "echeance" && !view.type.startsWith("timeGrid");
    noeuds.push(texte("span", "ev-titre", dire ? `${mots.echeance} · ${e.titre}` : e.titre));
    noeuds.push(texte("span", "ev-detail", [e.reference, e.client, e.technicien].filter(Boolean).join(" · ")));
    const lien = document.createElement("a");
    lien.className = "ev-lien";
    lien.href = e.url;
    lien.draggable = false;
    lien.append(...noeuds);
    return { domNodes: [lien] };
  };

  const evenement = (e) => {
    const limite = e.genre === "echeance";
    return {
      id: e.id,
      start: limite ? `${e.start.slice(0, 10)}T00:00:00` : e.start,
      end: limite ? `${e.start.slice(0, 10)}T00:00:00` : e.end,
      allDay: limite,
      title: `${e.reference} ${e.titre}`,
      editable: Boolean(e.mobile),
      classNames: ["ev", `ev-${e.genre}`, `ev-${e.statut}`, e.retard ? "ev-retard" : "", e.priorite === "urgente" ? "ev-urgente" : ""].filter(Boolean),
      extendedProps: { ...e, limite: limite ? new Date(e.start) : null },
    };
  };

  // A week where many work at once is wider than the window: each slot keeps a width that a finger meets and an hour fits in.
  const LARGEUR = 48; // pixels
  const elargir = (evenements) => {
    const bornes = evenements
      .filter((e) => e.genre !== "echeance")
      .flatMap((e) => [[e.start, 1], [e.end, -1]])
      .sort(([a, pas], [b, autre]) => (a < b ? -1 : a > b ? 1 : pas - autre));
    let ensemble = 0;
    const plus = bornes.reduce((most, [, pas]) => Math.max(most, (ensemble += pas)), 0);
    const voulue = plus > 2 ? `minmax(${plus * LARGEUR}px, 1fr)` : undefined;
    if (calendrier.getOption("columnWidth") !== voulue) calendrier.setOption("columnWidth", voulue);
  };

  const ouvrir = (boite) => {
    const mots = boite.dataset;
    const { vue, date } = etat();
    const bouger = async (info) => {
      const { event, revert } = info;
      const { pk, version } = event.extendedProps;
      const { ok, donnees } = await Deplacement.poster(mots.placer.replace("/0/", `/${pk}/`), {
        debut: mur(event.start),
        fin: mur(event.end),
        version,
      });
      if (!ok) revert();
      Deplacement.dire(ok ? `${donnees.reference} : ${mots.deplacee}` : donnees.detail);
      calendrier?.refetchEvents();
    };
    calendrier = EventCalendar.create(boite, {
      view: vue,
      date: date ? new Date(`${date}T00:00:00`) : new Date(`${mots.jourDici}T00:00:00`),
      locale: document.documentElement.lang,
      firstDay: 1,
      height: "auto",
      views: { dayGridMonth: { height: "50rem" } },
      headerToolbar: { start: "prev,next today", center: "title", end: "dayGridMonth,timeGridWeek,timeGridDay,listWeek" },
      buttonText: (t) => ({
        ...t,
        today: mots.aujourdhui,
        dayGridMonth: mots.mois,
        timeGridWeek: mots.semaine,
        timeGridDay: mots.jour,
        listWeek: mots.liste,
        prev: mots.precedent,
        next: mots.suivant,
      }),
      allDayContent: mots.journee,
      noEventsContent: mots.vide,
      moreLinkContent: ({ num }) => `+ ${num} ${mots.plus}`,
      slotMinTime: "07:00",
      slotMaxTime: "20:00",
      flexibleSlotTimeLimits: true,
      scrollTime: "08:00",
      slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      eventTimeFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
      snapDuration: "00:15",
      dayMaxEvents: true,
      nowIndicator: -new Date().getTimezoneOffset() === Number(mots.decalage),
      editable: false,
      lazyFetching: false,
      eventContent: contenu(mots),
      eventDidMount: ({ el, event }) => {
        const e = event.extendedProps;
        el.title = [e.reference, e.titre, e.equipement, e.client, e.technicien, e.statut_libelle, e.priorite_libelle].filter(Boolean).join("\n");
      },
      eventDragStart: () => (pris = true),
      eventDragStop: lacher,
      eventResizeStart: () => (pris = true),
      eventResizeStop: lacher,
      eventDrop: bouger,
      eventResize: bouger,
      datesSet: ({ view, start }) => {
        const milieu = new Date(view.currentStart ?? start);
        retenir(view.type, milieu);
      },
      eventSources: [
        {
          events: async ({ start, end }) => {
            const url = new URL(mots.evenements, location.href);
            for (const [cle, valeur] of new URLSearchParams(location.search)) {
              if (!["vue", "date", "page", "taille", "sort"].includes(cle)) url.searchParams.append(cle, valeur);
            }
            url.searchParams.set("debut", mur(start));
            url.searchParams.set("fin", mur(end));
            try {
              const donnees = await Deplacement.lire(url);
              if (donnees.tronque) Deplacement.dire(mots.tronque);
              elargir(donnees.evenements);
              return donnees.evenements.map(evenement);
            } catch (erreur) {
              Deplacement.dire(mots.erreur);
              throw erreur;
            }
          },
        },
      ],
    });
    Deplacement.nettoyer(boite);
  };

  Deplacement.ecouter(() => calendrier?.refetchEvents(), { occupe: () => pris });
  document.body.addEventListener("htmx:load", ({ detail }) => {
    const boite = detail.elt.id === "calendrier" ? detail.elt : detail.elt.querySelector?.("#calendrier");
    if (boite && !boite.childElementCount) ouvrir(boite);
  });
  const premiere = document.getElementById("calendrier");
  if (premiere && !premiere.childElementCount) ouvrir(premiere);
})();
