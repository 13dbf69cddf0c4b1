// Before anything is drawn: the theme that was chosen in this browser, else the system's. A button goes round.
(() => {
  const root = document.documentElement;
  const themes = ['system', 'light', 'dark'];
  let chosen = 'system';
  try {
    chosen = localStorage.getItem('shifty-theme') ?? 'system';
  } catch {
    // A browser that keeps nothing for us: the system's theme it is.
  }

  const apply = () => {
    if (chosen === 'light' || chosen === 'dark') root.dataset.theme = chosen;
    else delete root.dataset.theme;
  };
  apply();

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    if (!button) return;
    const say = () => {
      button.textContent = `Theme: ${chosen}`;
    };
    button.hidden = false;
    say();
    button.addEventListener('click', () => {
      chosen = themes[(themes.indexOf(chosen) + 1) % themes.length] ?? 'system';
      try {
        localStorage.setItem('shifty-theme', chosen);
      } catch {
        // Until the next page, then.
      }
      apply();
      say();
    });
  });
})();
