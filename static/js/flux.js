// What happens elsewhere, as it happens: the bell counts, and any page may listen.
//
//   document.addEventListener("gmao:flux", ({ detail }) => …)
//
// `detail` is one event: { type, action, objet, id, … }, or { type: "recharger" } when something was missed and what is
// shown should be read again. One window holds the connection for all of them; the others hear it through a channel.
"use strict";
(() => {
  const cloche = document.getElementById("cloche");
  if (!cloche || typeof EventSource === "undefined") return;
  const { flux: relais, fluxDirect: direct, fluxQui: qui } = cloche.dataset;
  // The stream's own process first; the web server's answer at the same route, read every 30 s, in its place.
  const adresses = direct ? [direct, relais] : [relais];
  const RETOUR_DIRECT = 120_000; // ms: how long the second address is kept before the first is tried again
  const PAUSE = 5_000; // ms, after a refusal
  const PAUSE_MAX = 300_000;

  let dernier = "";
  let refus = 0;

  // --- What a message does -------------------------------------------------------------------------------------------
  const compter = (nombre) => {
    let bulle = cloche.querySelector(".cloche-nombre");
    if (!nombre) {
      bulle?.remove();
      return;
    }
    if (!bulle) {
      bulle = document.createElement("span");
      bulle.className = "cloche-nombre";
      cloche.append(bulle);
    }
    const libelle = document.createElement("span");
    libelle.className = "visually-hidden";
    libelle.textContent = ` ${cloche.dataset.nonLues}`;
    bulle.replaceChildren(nombre > 99 ? "99+" : String(nombre), libelle);
  };

  const annoncer = (titre) => {
    const zone = document.getElementById("annonce");
    if (zone) zone.textContent = `${cloche.dataset.annonce} : ${titre}`;
  };

  const recevoir = ({ id, contenu }) => {
    dernier = id;
    if ("non_lues" in contenu) compter(contenu.non_lues);
    const evenements = contenu.recharger ? [{ type: "recharger" }] : contenu.evenements;
    for (const detail of evenements) {
      if (detail.type === "notification" && detail.titre) annoncer(detail.titre);
      document.dispatchEvent(new CustomEvent("gmao:flux", { detail }));
    }
  };

  // --- The connection ------------------------------------------------------------------------------------------------
  const canal = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`gmao-flux-${qui}`);
  if (canal) canal.onmessage = (evenement) => recevoir(evenement.data);

  const ouvrir = (rang = 0) => {
    const url = new URL(adresses[rang], location.href);
    if (dernier) url.searchParams.set("depuis", dernier);
    const source = new EventSource(url, { withCredentials: true });
    let ouverte = false;
    let echecs = 0;
    const changer = (suivant, delai) => {
      source.close();
      clearTimeout(minuterie);
      setTimeout(() => ouvrir(suivant), delai);
    };
    const minuterie = rang ? setTimeout(() => changer(0, 0), RETOUR_DIRECT) : undefined;
    source.onopen = () => {
      ouverte = true;
      echecs = 0;
      refus = 0;
    };
    source.onmessage = (evenement) => {
      const message = { id: evenement.lastEventId, contenu: JSON.parse(evenement.data) };
      recevoir(message);
      canal?.postMessage(message);
    };
    source.onerror = () => {
      echecs += 1;
      const autre = (rang + 1) % adresses.length;
      if (source.readyState === EventSource.CLOSED) {
        // refused: signed out, or the server is not well; ever more seldom
        refus += 1;
        const attente = Math.min(PAUSE * 2 ** Math.min(refus, 6), PAUSE_MAX);
        changer(autre, autre > rang ? 0 : attente);
      } else if (!ouverte && echecs >= 2 && autre !== rang) {
        changer(autre, 0);
      } else if (echecs >= 2 && autre > rang) {
        changer(autre, 0); // it was there and is gone
      }
    };
  };

  // --- One connection for all windows --------------------------------------------------------------------------------
  const commencer = () => {
    // held as long as this window lives; then another one gets it, and resumes where this one was
    if (navigator.locks && canal) navigator.locks.request(`gmao-flux-${qui}`, () => (ouvrir(), new Promise(() => {})));
    else ouvrir();
  };
  commencer();
})();
