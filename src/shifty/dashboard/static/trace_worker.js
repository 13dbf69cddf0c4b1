// Stands before the trace viewer's own service worker, and limits what a trace may do to this site. A trace is hostile:
// the page under test has made its snapshots, and whoever may upload has made the file.
/* global self, importScripts, Response */
'use strict';

(() => {
  const scope = new URL(/** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self)).registration.scope);
  const listen = self.addEventListener.bind(self);
  const SNAPSHOT = [
    "sandbox allow-scripts allow-same-origin",
    "connect-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "frame-src 'self' data:",
    "worker-src 'none'",
  ].join('; ');
  const NOTHING = "default-src 'none'; sandbox";
  const CODE = new Set(['script', 'worker', 'sharedworker', 'serviceworker', 'audioworklet', 'paintworklet', 'object', 'embed']);

  /** Traces of this server alone, which asks for the visitor's session; and what the visitor drops into the viewer.
   * @param {string} address */
  const isOurs = (address) => {
    const trace = new URL(address, scope);
    return trace.origin === scope.origin && (trace.protocol === 'blob:' || trace.pathname.startsWith('/files/'));
  };

  /** @param {Request} request */
  const isAllowed = (request) => {
    const url = new URL(request.url);
    return !url.href.startsWith(scope.href) || url.searchParams.getAll('trace').every(isOurs);
  };

  /** @param {Request} request @param {Response} response */
  const limited = (request, response) => {
    // What comes from the server has headers of its own; the rest is made of the trace.
    if (response.type !== 'default') return response;
    if (CODE.has(request.destination)) return new Response(null, { status: 403 });
    response.headers.set('X-Content-Type-Options', 'nosniff');
    if (request.mode !== 'navigate') return response;
    if (new URL(request.url).pathname.startsWith(`${scope.pathname}snapshot/`)) {
      response.headers.append('Content-Security-Policy', SNAPSHOT);
    } else {
      response.headers.set('Content-Security-Policy', NOTHING);
      response.headers.set('Content-Disposition', 'attachment');
    }
    return response;
  };

  /** @param {(event: object) => unknown} handler @returns {(event: FetchEvent) => void} */
  const guarded = (handler) => (event) => {
    const { request, clientId, resultingClientId } = event;
    if (!isAllowed(request)) {
      event.respondWith(new Response('Only traces of this Shifty are shown here.', { status: 403 }));
      return;
    }
    /** @param {Response | Promise<Response>} answer */
    const respondWith = (answer) => event.respondWith(Promise.resolve(answer).then((response) => limited(request, response)));
    handler({ request, clientId, resultingClientId, respondWith });
  };

  /** @param {string} type @param {any} handler @param {any} [options] */
  self.addEventListener = (type, handler, options) => listen(type, type === 'fetch' ? guarded(handler) : handler, options);
})();

importScripts('./sw.VERSION.js');
