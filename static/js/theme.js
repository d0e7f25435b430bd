// Runs before the page is painted: the theme chosen by whoever is signed in, else on this device, else that of the system.
"use strict";
(() => {
  const racine = document.documentElement;
  const systeme = matchMedia("(prefers-color-scheme: dark)");
  const THEMES = { clair: "light", sombre: "dark" };
  const surAppareil = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage refused by the browser: the system's theme then
    }
  };
  const appliquer = () => {
    const choix = racine.dataset.themeChoisi === undefined ? surAppareil() : THEMES[racine.dataset.themeChoisi];
    racine.dataset.bsTheme = choix ?? (systeme.matches ? "dark" : "light");
  };
  appliquer();
  systeme.addEventListener("change", appliquer);
  // paper is white
  addEventListener("beforeprint", () => (racine.dataset.bsTheme = "light"));
  addEventListener("afterprint", appliquer);
})();
