// One session per visitor, known by a cookie. Everything a visitor does stays in it, so tests that run at the same
// time never see each other.
'use strict';

const { randomUUID } = require('node:crypto');

const MOST_SESSIONS = 500;
const sessions = new Map();

function fresh() {
  return { user: null, avatar: null, cart: new Map(), coupon: null, checkout: {}, orders: [], reports: [] };
}

function sessionOf(request, response) {
  const known = /(?:^|; )juniper=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (known && sessions.has(known)) return sessions.get(known);

  const id = randomUUID();
  sessions.set(id, fresh());
  if (sessions.size > MOST_SESSIONS) sessions.delete(sessions.keys().next().value);
  response.setHeader('Set-Cookie', `juniper=${id}; Path=/; HttpOnly; SameSite=Lax`);
  return sessions.get(id);
}

module.exports = { sessionOf };
