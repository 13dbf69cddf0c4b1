// Keeps a page up to date: listens to its stream and has the parts that change fetched again. Asks before what can't be
// undone, shows times in words, and says what went wrong.
(() => {
  const body = document.body;
  const dot = document.getElementById('stream');

  /** @param {string} state @param {string} text */
  const show = (state, text) => {
    if (!dot) return;
    dot.className = `dot ${state}`;
    dot.title = text;
    dot.textContent = '';
    const words = document.createElement('span');
    words.className = 'hidden-label';
    words.textContent = text;
    dot.append(words);
  };

  const refresh = () => window.htmx.trigger(body, 'shifty:changed');

  /** @param {string} address */
  const follow = (address) => {
    /** @type {EventSource | null} */
    let stream = null;
    let seen = '';
    let isOver = false;
    const leave = () => {
      stream?.close();
      stream = null;
    };
    const listen = () => {
      stream = new EventSource(address);
      stream.onopen = () => show('on', 'Live');
      stream.onerror = () => show('off', 'The connection is lost; trying again');
      stream.onmessage = (event) => {
        // The first one says how things stood when the page was made, or a moment later; a run that has ended meanwhile
        // is news, since no later event would tell of it.
        const isChange = event.data !== 'still' && event.lastEventId !== seen && seen !== '';
        const isNews = isChange || event.data === 'over';
        seen = event.lastEventId;
        if (isNews) refresh();
        if (event.data === 'over') {
          isOver = true;
          leave();
          show('', 'The run is over');
        }
      };
    };
    if (!document.hidden) listen();
    // Over plain http a browser has six connections to a host, for all of its tabs: a hidden page gives its own back, and
    // catches up when it is looked at again.
    document.addEventListener('visibilitychange', () => {
      leave();
      if (isOver || document.hidden) return;
      listen();
      refresh();
    });
    addEventListener('pagehide', leave);
    // Back from the browser's memory of pages, where streams don't live.
    addEventListener('pageshow', (event) => {
      if (event.persisted) location.reload();
    });
  };
  if (body.dataset.live) follow(body.dataset.live);

  // What the reader has opened stays open, and what is being typed stays typed, whatever the server says.
  window.Idiomorph.defaults.ignoreActiveValue = true;
  window.Idiomorph.defaults.callbacks.beforeAttributeUpdated = (/** @type {string} */ name, /** @type {Element} */ node) =>
    !(name === 'open' && node instanceof HTMLDetailsElement);

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.dataset.confirm && !confirm(form.dataset.confirm)) {
      event.preventDefault();
    }
  });

  // Over http, on another machine, browsers have no clipboard: the buttons stay hidden.
  if (navigator.clipboard) document.documentElement.classList.add('can-copy');
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
    if (!(button instanceof HTMLElement)) return;
    void navigator.clipboard?.writeText(button.dataset.copy ?? '').then(() => toast('Copied.'));
  });

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.closest('input, select, textarea');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector('input[type="search"]');
    if (search instanceof HTMLInputElement) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  /** @param {string} text */
  const toast = (text) => {
    const said = document.createElement('p');
    said.textContent = text;
    document.getElementById('toasts')?.append(said);
    setTimeout(() => said.remove(), 8000);
  };
  body.addEventListener('htmx:responseError', (event) => {
    const { xhr } = /** @type {CustomEvent<{ xhr: XMLHttpRequest }>} */ (event).detail;
    const isPlain = xhr.getResponseHeader('content-type')?.startsWith('text/plain');
    toast(isPlain ? xhr.responseText : 'The server could not answer. Reload the page.');
  });

  /** @param {number} seconds */
  const ago = (seconds) => {
    const amount = Math.abs(seconds);
    if (amount < 45) return 'just now';
    const days = Math.round(amount / 86400);
    let words = days === 1 ? '1 day' : `${days} days`;
    if (amount < 3600) words = `${Math.max(1, Math.round(amount / 60))} min`;
    else if (amount < 86400) words = `${Math.round(amount / 3600)} h`;
    return seconds > 0 ? `${words} ago` : `in ${words}`;
  };
  setInterval(() => {
    for (const time of document.querySelectorAll('time[datetime]')) {
      const at = Date.parse(time.getAttribute('datetime') ?? '');
      const words = ago((Date.now() - at) / 1000);
      if (!Number.isNaN(at) && time.textContent !== words) time.textContent = words;
    }
  }, 20_000);
})();
