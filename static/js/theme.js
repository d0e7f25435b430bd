// Runs before the page is painted: the theme chosen on this device, else that of the system.
"use strict";
(() => {
  const racine = document.documentElement;
  const systeme = matchMedia("(prefers-color-scheme: dark)");
  const appliquer = () => {
    let choix = null;
    try {
      choix = localStorage.getItem("theme");
    } catch {
      // storage refused by the browser: the system's theme then
    }
    racine.dataset.bsTheme = choix ?? (systeme.matches ? "dark" : "light");
  };
  appliquer();
  systeme.addEventListener("change", appliquer);
})();
