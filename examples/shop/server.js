// Juniper, a small web shop: pages from pages/, scripts and styles from public/, data from shop/. No dependencies.
'use strict';

const { readFileSync } = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const { Refused, after, routes } = require('./shop/api');
const { invoice, salesTable } = require('./shop/downloads');
const { sessionOf } = require('./shop/sessions');

const PORT = Number(process.env.SHOP_PORT ?? 4173);
const TYPES = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

// A redesign has given a button another id, in the page and in its script. The suite has not heard of it.
const redesigned = (text) => text.replaceAll('id="care"', 'id="care-guide"').replaceAll("'#care'", "'#care-guide'");

function read(...parts) {
  const text = readFileSync(path.join(__dirname, ...parts), 'utf8');
  return process.env.SHOP_OUTGROWN === '1' ? redesigned(text) : text;
}

const layout = read('pages', 'layout.html');

// Address of a page -> its file and title. A number in the address is read by the page's own script.
const PAGES = {
  '/': ['home', 'Things for the home'],
  '/products': ['products', 'Products'],
  '/products/:id': ['product', 'Product'],
  '/cart': ['cart', 'Cart'],
  '/checkout': ['checkout', 'Checkout'],
  '/login': ['login', 'Sign in'],
  '/account': ['account', 'Your account'],
  '/orders': ['orders', 'Your orders'],
  '/orders/:id': ['order', 'Thank you'],
  '/reports': ['reports', 'Sales report'],
  '/workshops': ['workshops', 'Workshops'],
};
const MEMBERS_ONLY = new Set(['/account', '/orders', '/reports']);

function page(name, title) {
  return layout.replaceAll('{{title}}', title).replace('{{body}}', read('pages', `${name}.html`));
}

function send(response, status, type, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store', ...headers });
  response.end(body);
}

const sendJson = (response, status, value) => send(response, status, 'application/json', JSON.stringify(value));

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answerApi(context, response) {
  const { request, pattern, method } = context;
  const [, , handler] = routes.find(([verb, route]) => verb === method && route === pattern) ?? [];
  if (!handler) return sendJson(response, 404, { message: 'There is nothing here.' });
  request.body = await bodyOf(request);
  try {
    return sendJson(response, 200, await handler(context));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return sendJson(response, error.status, { message: error.message, fields: error.fields });
  }
}

async function answerFile({ pattern, id, session, url }, response) {
  if (pattern === '/orders/:id/invoice') {
    await after(3200); // the archive
    const order = session.orders.find((each) => each.id === Number(id));
    if (!order) return send(response, 404, 'text/plain', 'There is no such order.');
    const attachment = { 'Content-Disposition': `attachment; filename="invoice-${id}.txt"` };
    return send(response, 200, 'text/plain', invoice(order), attachment);
  }
  if (pattern === '/products.csv') {
    await after(3200);
    return send(response, 200, 'text/csv', salesTable(), { 'Content-Disposition': 'attachment; filename="products.csv"' });
  }
  if (pattern === '/avatar' && session.avatar) return send(response, 200, session.avatar.type, session.avatar.bytes);
  if (pattern === '/bank') return send(response, 200, 'text/html', read('pages', 'bank.html'));
  if (pattern.startsWith('/public/')) {
    const name = path.basename(url.pathname);
    return send(response, 200, TYPES[path.extname(name)] ?? 'text/plain', read('public', name));
  }
  return null;
}

async function answer(request, response) {
  const url = new URL(request.url, 'http://shop');
  const id = /\/(\d+)(?:\/|$)/.exec(url.pathname)?.[1];
  const pattern = id ? url.pathname.replace(`/${id}`, '/:id') : url.pathname;
  const session = sessionOf(request, response);
  const context = { request, url, id, pattern, session, method: request.method };

  if (pattern.startsWith('/api/')) return answerApi(context, response);
  if (MEMBERS_ONLY.has(pattern) && !session.user) {
    response.writeHead(302, { Location: `/login?next=${encodeURIComponent(url.pathname)}` });
    return response.end();
  }
  if (PAGES[pattern]) return send(response, 200, 'text/html', page(...PAGES[pattern]));
  await answerFile(context, response);
  if (!response.headersSent) send(response, 404, 'text/html', page('missing', 'Not found'));
  return undefined;
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    if (error.code !== 'ENOENT') console.error(error);
    if (!response.headersSent) send(response, error.code === 'ENOENT' ? 404 : 500, 'text/plain', 'Something went wrong.');
  });
});

server.listen(PORT, '127.0.0.1', () => console.log(`Juniper is open at http://127.0.0.1:${server.address().port}`));
