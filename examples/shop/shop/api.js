// The shop's JSON API. The slow ones are slow on purpose: they stand for the address checks, couriers, image scanners
// and report builders that real suites wait for. SHOP_PACE=0.2 makes all of them five times faster.
'use strict';

const catalogue = require('./catalogue');
const cart = require('./cart');

const PACE = Number(process.env.SHOP_PACE ?? 1);
const REPORT_MS = 3400 * PACE;
const MOST_AVATAR_BYTES = 200_000;

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms * PACE));

class Refused extends Error {
  constructor(status, message, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

const json = (request) => JSON.parse(request.body.toString() || '{}');

// --- the visitor ---

function me({ session }) {
  return { user: session.user, avatar: Boolean(session.avatar), count: cart.summary(session).count };
}

async function login({ request, session }) {
  const { email, password } = json(request);
  await after(350);
  if (email !== 'ada@example.com' || password !== 'correct horse') {
    throw new Refused(401, 'E-mail or password is wrong.');
  }
  session.user = { name: 'Ada Lovelace', email };
  return me({ session });
}

function logout({ session }) {
  session.user = null;
  return {};
}

async function avatar({ request, session }) {
  const type = request.headers['content-type'] ?? '';
  await after(2600); // the scanner
  if (!type.startsWith('image/')) throw new Refused(415, 'Please choose a picture (PNG or JPEG).');
  await after(1300); // the resizer
  if (request.body.length > MOST_AVATAR_BYTES) throw new Refused(413, 'The picture is larger than 200 kB.');
  session.avatar = { type, bytes: request.body };
  return {};
}

// --- products and cart ---

async function products({ url }) {
  await after(120);
  return catalogue.find(Object.fromEntries(url.searchParams));
}

function oneProduct({ id }) {
  const found = catalogue.product(id);
  if (!found) throw new Refused(404, 'There is no such product.');
  return found;
}

async function suggestions({ url }) {
  await after(150);
  return catalogue.find({ q: url.searchParams.get('q') ?? '' }).items.slice(0, 5);
}

function putIntoCart({ request, session }) {
  const { id, quantity = 1, add = false } = json(request);
  const refusal = cart.put(session, id, quantity + (add ? session.cart.get(Number(id)) ?? 0 : 0));
  if (refusal) throw new Refused(409, refusal);
  return cart.summary(session);
}

async function changeQuantity(context) {
  await after(1200); // the warehouse
  return putIntoCart(context);
}

function emptyCart({ session }) {
  session.cart.clear();
  session.coupon = null;
  return cart.summary(session);
}

async function coupon({ request, session }) {
  const code = String(json(request).code ?? '').trim().toUpperCase();
  await after(2900);
  if (!(code in cart.COUPONS)) throw new Refused(422, `The code ${code} is not known.`);
  session.coupon = code;
  return cart.summary(session);
}

// --- checkout ---

async function address({ request, session }) {
  const given = json(request);
  const fields = {};
  if (!given.name?.trim()) fields.name = 'Please tell us your name.';
  if (!given.street?.trim()) fields.street = 'Please tell us your street.';
  if (!/^\d{5}$/.test(given.postcode ?? '')) fields.postcode = 'A postcode has five digits.';
  await after(800);
  if (Object.keys(fields).length) throw new Refused(422, 'Please check the address.', fields);
  session.checkout.address = given;
  return {};
}

async function quotes({ session }) {
  await after(1000); // the couriers
  const { freeDelivery } = cart.summary(session);
  return [
    { id: 'standard', name: 'Standard', days: '3–4 days', price: freeDelivery ? 0 : 4.9 },
    { id: 'express', name: 'Express', days: 'tomorrow', price: 12.5 },
    { id: 'pickup', name: 'Collect in the shop', days: 'today', price: 0 },
  ];
}

async function chooseDelivery({ request, session }) {
  session.checkout.delivery = json(request);
  return cart.summary(session);
}

async function placeOrder({ request, session }) {
  const { card } = json(request);
  await after(1500);
  const bought = cart.summary(session);
  if (!bought.count) throw new Refused(409, 'The cart is empty.');
  if (!card) throw new Refused(402, 'The card was not authorised.');
  const order = { id: 1001 + session.orders.length, ...bought, ...session.checkout, card };
  session.orders.push(order);
  session.checkout = {};
  emptyCart({ session });
  return { id: order.id };
}

function orders({ session }) {
  return session.orders;
}

// --- reports and workshops ---

function startReport({ request, session }) {
  session.reports.push({ period: json(request).period ?? 'month', startedAt: Date.now() });
  return { id: session.reports.length - 1 };
}

function report({ id, session }) {
  const { period, startedAt } = session.reports[id] ?? {};
  if (!startedAt) throw new Refused(404, 'There is no such report.');
  const progress = Math.min(1, (Date.now() - startedAt) / REPORT_MS);
  if (progress < 1) return { progress };
  const factor = { week: 1, month: 4, year: 52 }[period];
  const sold = ['Furniture', 'Kitchen', 'Lighting', 'Plants', 'Textiles'].map((category, index) => (
    { category, orders: (7 + index * 3) * factor, revenue: (910 + index * 145) * factor }
  ));
  return { progress, period, rows: sold };
}

async function book({ request }) {
  await after(1700);
  // The booking service behind the shop sleeps at times: its first caller gets an error, the next one a place.
  if (/booking=asleep/.test(request.headers.cookie ?? '')) {
    throw new Refused(503, 'The booking service is not awake yet. Please try again.');
  }
  return { reference: `W-${json(request).workshop}-7` };
}

const routes = [
  ['GET', '/api/me', me],
  ['POST', '/api/login', login],
  ['POST', '/api/logout', logout],
  ['POST', '/api/avatar', avatar],
  ['GET', '/api/products', products],
  ['GET', '/api/products/:id', oneProduct],
  ['GET', '/api/suggestions', suggestions],
  ['GET', '/api/cart', ({ session }) => cart.summary(session)],
  ['POST', '/api/cart', putIntoCart],
  ['PATCH', '/api/cart', changeQuantity],
  ['DELETE', '/api/cart', emptyCart],
  ['POST', '/api/coupon', coupon],
  ['POST', '/api/checkout/address', address],
  ['GET', '/api/checkout/quotes', quotes],
  ['POST', '/api/checkout/delivery', chooseDelivery],
  ['GET', '/api/orders', orders],
  ['POST', '/api/orders', placeOrder],
  ['POST', '/api/reports', startReport],
  ['GET', '/api/reports/:id', report],
  ['POST', '/api/bookings', book],
];

module.exports = { Refused, after, routes };
