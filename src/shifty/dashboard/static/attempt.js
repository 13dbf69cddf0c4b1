// The page of a trace: shows the viewer where the browser allows it.
(() => {
  const place = document.getElementById('trace');
  const hint = document.getElementById('trace-hint');
  if (!place || !hint) return;
  if (!window.isSecureContext || !navigator.serviceWorker) {
    const why = document.getElementById('trace-why');
    if (why) why.textContent = `The viewer can't be shown at ${location.origin}: browsers allow it over https, or on this machine itself (localhost).`;
    return;
  }
  const frame = document.createElement('iframe');
  frame.title = place.dataset.title ?? '';
  // A trace can't lead the visitor away from this page. This is no wall: the viewer has our origin, which it needs.
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-popups allow-downloads allow-modals');
  frame.allow = 'clipboard-write';
  frame.src = place.dataset.viewer ?? '';
  place.append(frame);
  place.hidden = false;
  hint.hidden = true;
})();
