// Before anything is drawn: the theme that was chosen in this browser, else the system's.
(() => {
  const chosen = localStorage.getItem('shifty-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
