// Draws the charts of the dashboard. Each is a canvas beside its data in a JSON block; the table under it says the same.
"use strict";
(() => {
  const dessines = new Map();

  const couleur = (nom) => {
    const sonde = document.createElement("span");
    sonde.className = `serie-${nom}`;
    document.body.append(sonde);
    // a light-dark() colour is one of the two only once it is computed
    const calculee = getComputedStyle(sonde).color;
    sonde.remove();
    return calculee;
  };

  const mouvement = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

  const dessiner = (toile) => {
    const source = document.getElementById(toile.dataset.graphique);
    if (!source || typeof Chart === "undefined") return;
    dessines.get(toile)?.destroy();
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const donnees = JSON.parse(source.textContent);
    const deDroite = document.documentElement.dir === "rtl";
    const texte = couleur("texte");
    const grille = couleur("grille");
    const valeurs = { beginAtZero: true, stacked: donnees.empilee, grid: { color: grille }, border: { display: false }, ticks: { color: texte, precision: 0, maxTicksLimit: 6 } };
    const noms = { stacked: donnees.empilee, grid: { display: false }, border: { color: grille }, ticks: { color: texte, maxRotation: 0, autoSkip: !donnees.horizontale, autoSkipPadding: 12, callback(valeur) {
      const nom = this.getLabelForValue(valeur);
      return nom.length > 24 ? `${nom.slice(0, 23)}…` : nom;
    } } };
    const x = donnees.horizontale ? valeurs : noms;
    const y = donnees.horizontale ? noms : valeurs;
    const graphique = new Chart(toile, {
      type: "bar",
      data: {
        labels: donnees.etiquettes,
        datasets: donnees.series.map((serie) => ({
          label: serie.nom,
          data: serie.valeurs,
          backgroundColor: couleur(serie.couleur),
          borderRadius: 3,
          maxBarThickness: 28,
        })),
      },
      options: {
        indexAxis: donnees.horizontale ? "y" : "x",
        responsive: true,
        maintainAspectRatio: false,
        animation: mouvement() ? { duration: 250 } : false,
        locale: document.documentElement.lang,
        scales: {
          x: { ...x, reverse: deDroite },
          y: { ...y, position: deDroite ? "right" : "left" },
        },
        plugins: {
          legend: { display: donnees.series.length > 1, rtl: deDroite, align: "start", labels: { color: texte, boxWidth: 12, boxHeight: 12 } },
          tooltip: {
            rtl: deDroite,
            callbacks: { label: (point) => `${point.dataset.label} : ${donnees.series[point.datasetIndex].mots[point.dataIndex]}` },
          },
        },
        onHover: (evenement, points) => {
          const sous = points[0];
          evenement.native.target.style.cursor = sous && donnees.series[sous.datasetIndex].urls[sous.index] ? "pointer" : "";
        },
        onClick: (_evenement, points) => {
          const url = points[0] && donnees.series[points[0].datasetIndex].urls[points[0].index];
          if (url) location.assign(url);
        },
      },
    });
    dessines.set(toile, graphique);
  };

  const tous = (racine) => {
    for (const [toile, graphique] of dessines) {
      if (!toile.isConnected) {
        graphique.destroy();
        dessines.delete(toile);
      }
    }
    for (const toile of racine.querySelectorAll("canvas[data-graphique]")) dessiner(toile);
  };

  document.addEventListener("DOMContentLoaded", () => tous(document));
  document.addEventListener("htmx:afterSettle", (evenement) => tous(evenement.target));
  // another theme, other colours; paper is white whatever the screen was
  new MutationObserver(() => tous(document)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  addEventListener("beforeprint", () => dessines.forEach((graphique) => graphique.resize(560, 240)));
  addEventListener("afterprint", () => dessines.forEach((graphique) => graphique.resize()));
})();
