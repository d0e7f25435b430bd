// Draws the curve of each meter. A canvas stands beside its data in a JSON block; the table under it says the same.
"use strict";
(() => {
  const dessines = new Map();

  const dessiner = (toile) => {
    const source = document.getElementById(toile.dataset.courbe);
    if (!source || typeof Chart === "undefined") return;
    dessines.get(toile)?.destroy();
    const donnees = JSON.parse(source.textContent);
    const style = getComputedStyle(toile.parentElement);
    const trait = style.color;
    const grille = style.borderTopColor;
    const sonde = document.createElement("span");
    sonde.className = "text-secondary";
    document.body.append(sonde);
    const mots = getComputedStyle(sonde).color;
    sonde.remove();
    const langue = document.documentElement.lang;
    const jour = new Intl.DateTimeFormat(langue, { day: "2-digit", month: "short", year: "2-digit", timeZone: "Africa/Casablanca" });
    // the page groups thousands as French does, in Arabic too
    const nombre = new Intl.NumberFormat(langue === "ar" ? "fr" : langue, { maximumFractionDigits: 2 });
    const deDroite = document.documentElement.dir === "rtl";
    // a replaced meter starts anew: the line stops before it
    const points = donnees.points.flatMap(([x, y, remplace], rang) => (remplace && rang ? [{ x, y: Number.NaN }, { x, y, remplace }] : [{ x, y, remplace }]));
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    dessines.set(toile, new Chart(toile, {
      type: "line",
      data: { datasets: [{
        label: donnees.nom,
        data: points,
        borderColor: trait,
        backgroundColor: trait,
        borderWidth: 2,
        spanGaps: false,
        pointRadius: points.map((point) => (point.remplace ? 5 : points.length > 40 ? 0 : 2)),
        pointStyle: points.map((point) => (point.remplace ? "rectRot" : "circle")),
        pointHitRadius: 12,
      }] },
      options: {
        parsing: false,
        responsive: true,
        maintainAspectRatio: false,
        animation: false,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: {
          x: { type: "linear", reverse: deDroite, min: points[0].x, max: points.at(-1).x, grid: { display: false }, border: { color: grille }, ticks: { color: mots, maxRotation: 0, maxTicksLimit: 5, callback: (valeur) => jour.format(valeur) } },
          y: { position: deDroite ? "right" : "left", grid: { color: grille }, border: { display: false }, ticks: { color: mots, maxTicksLimit: 5, callback: (valeur) => nombre.format(valeur) } },
        },
        plugins: {
          legend: { display: false },
          tooltip: {
            rtl: deDroite,
            displayColors: false,
            callbacks: {
              title: (elements) => jour.format(elements[0].parsed.x),
              label: (element) => `${nombre.format(element.parsed.y)} ${donnees.unite}${element.raw.remplace ? ` (${donnees.remplace})` : ""}`,
            },
          },
        },
      },
    }));
  };

  const tous = () => {
    for (const [toile, graphique] of dessines) {
      if (!toile.isConnected) {
        graphique.destroy();
        dessines.delete(toile);
      }
    }
    for (const toile of document.querySelectorAll("canvas[data-courbe]")) dessiner(toile);
  };

  document.addEventListener("DOMContentLoaded", tous);
  // another theme, other colours
  new MutationObserver(tous).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
