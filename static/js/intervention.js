// The page of one intervention: its clock runs, its neighbours in the list are one key away, and it says when it is stale.
"use strict";
(() => {
  const $ = (selecteur) => document.querySelector(selecteur);

  // --- The clock: minute by minute towards the deadline, as the server words it ---------------------------------------
  const horloge = $("[data-horloge]");
  const enMots = (minutes) => {
    const jours = Math.floor(minutes / 1440);
    const heures = Math.floor((minutes % 1440) / 60);
    const reste = minutes % 60;
    const { jour } = horloge.dataset;
    if (jours) return heures ? `${jours}\u202f${jour} ${heures}\u202fh` : `${jours}\u202f${jour}`;
    if (heures) return reste ? `${heures}\u202fh\u202f${String(reste).padStart(2, "0")}` : `${heures}\u202fh`;
    return `${reste}\u202fmin`;
  };
  const avancer = () => {
    const { horloge: limite, depart, alerte, reste: mots, retard } = horloge.dataset;
    const ecart = Math.floor((Date.parse(limite) - Date.now()) / 60000);
    const passe = Date.parse(limite) < Date.now();
    horloge.textContent = (passe ? retard : mots).replace("%s", enMots(passe ? Math.max(0, -ecart - 1) : ecart));
    const carte = horloge.closest(".horloge");
    carte.classList.toggle("horloge-retard", passe);
    carte.classList.toggle("horloge-proche", !passe && ecart <= Number(alerte));
    carte.classList.toggle("horloge-calme", !passe && ecart > Number(alerte));
    const barre = carte.querySelector("progress");
    const total = Date.parse(limite) - Date.parse(depart);
    if (barre && total > 0) barre.value = Math.min(100, Math.round((100 * (Date.now() - Date.parse(depart))) / total));
  };
  if (horloge) setInterval(avancer, 15000);

  // --- The list it was opened from -------------------------------------------------------------------------------------
  const voisines = $("[data-voisines]");
  try {
    const liste = JSON.parse(sessionStorage.getItem("liste-interventions") ?? "null");
    const rang = liste?.liens.indexOf(location.pathname) ?? -1;
    if (voisines && rang >= 0) {
      for (const lien of voisines.querySelectorAll("[data-voisine]")) {
        const cible = liste.liens[rang + Number(lien.dataset.voisine)];
        if (cible) lien.href = cible;
        else {
          lien.removeAttribute("data-raccourci");
          lien.classList.add("disabled");
          lien.setAttribute("aria-disabled", "true");
        }
      }
      voisines.hidden = false;
      const retour = [...document.querySelectorAll(".breadcrumb a")].find((lien) => liste.url.startsWith(lien.getAttribute("href")));
      if (retour) retour.href = liste.url;
    }
  } catch {
    // storage refused, or something else wrote there: no neighbours then
  }

  // --- Somebody else changed it: said, not forced on who is writing ------------------------------------------------------
  const changee = $("[data-changee]");
  const ouverte = Date.now();
  document.addEventListener("gmao:flux", ({ detail }) => {
    // what the reader just did himself is on this page already
    if (!changee || Date.now() - ouverte < 4000) return;
    if (detail.objet === "intervention" && String(detail.id) === changee.dataset.changee) changee.hidden = false;
  });
})();
