// The pages of a run: tests that have changed are replaced where they stand, so that a long list neither jumps nor shrinks.
(() => {
  document.body.addEventListener('htmx:afterSettle', (event) => {
    const changes = document.getElementById('changes');
    const news = changes?.querySelector('template');
    if (!news || !(event.target instanceof Element)) return;
    for (const row of [...news.content.children]) {
      const shown = document.getElementById(row.id);
      if (shown) window.Idiomorph.morph(shown, row, { morphStyle: 'outerHTML' });
    }
    news.remove();
  });
})();
