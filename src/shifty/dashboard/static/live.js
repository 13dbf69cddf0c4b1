// Keeps a page up to date: listens to its stream and has the parts that change fetched again.
(() => {
  const body = document.body;
  const dot = document.getElementById('stream');

  /** @param {string} state @param {string} text */
  const show = (state, text) => {
    if (!dot) return;
    dot.className = `dot ${state}`;
    dot.title = text;
  };

  let isDue = false;
  const refresh = () => {
    // A hidden page catches up when it is looked at again.
    if (document.hidden) { isDue = true; return; }
    isDue = false;
    window.htmx.trigger(body, 'shifty:changed');
  };
  document.addEventListener('visibilitychange', () => { if (!document.hidden && isDue) refresh(); });

  const address = body.dataset.live;
  if (address) {
    const stream = new EventSource(address);
    let seen = '';
    let isFirst = true;
    stream.onopen = () => show('on', 'Live');
    stream.onerror = () => show('off', 'The connection is lost; trying again');
    stream.onmessage = (event) => {
      const isNews = event.data !== 'still' && (event.lastEventId !== seen || event.data === 'over');
      seen = event.lastEventId;
      // The page was made a moment ago.
      if (isNews && !isFirst) refresh();
      isFirst = false;
      if (event.data === 'over') { stream.close(); show('', 'The run is over'); }
    };
    addEventListener('pagehide', () => stream.close());
  }

  // What the reader has opened stays open, whatever the server says.
  window.Idiomorph.defaults.ignoreActiveValue = true;
  window.Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === 'open' && node instanceof HTMLDetailsElement);

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.dataset.confirm && !confirm(form.dataset.confirm)) event.preventDefault();
  });

  /** @param {string} text */
  const toast = (text) => {
    const said = document.createElement('p');
    said.textContent = text;
    document.getElementById('toasts')?.append(said);
    setTimeout(() => said.remove(), 8000);
  };
  body.addEventListener('htmx:responseError', (event) => {
    const xhr = event.detail.xhr;
    const isPlain = xhr.getResponseHeader('content-type')?.startsWith('text/plain');
    toast(isPlain ? xhr.responseText : 'The server could not answer. Reload the page.');
  });
})();
