// The cart: lines, coupon, totals.
'use strict';

const { product } = require('./catalogue');

const COUPONS = { WELCOME10: 0.1, AUTUMN25: 0.25 };
const FREE_DELIVERY_FROM = 100;

function summary(session) {
  const lines = [...session.cart].map(([id, quantity]) => {
    const { name, category, colour, price, stock } = product(id);
    return { id, name, category, colour, price, stock, quantity, total: price * quantity };
  });
  const goods = lines.reduce((sum, line) => sum + line.total, 0);
  const discount = Math.round(goods * (COUPONS[session.coupon] ?? 0) * 100) / 100;
  const delivery = session.checkout.delivery?.price ?? 0;
  return {
    lines,
    count: lines.reduce((sum, line) => sum + line.quantity, 0),
    goods,
    coupon: session.coupon,
    discount,
    delivery,
    total: goods - discount + delivery,
    freeDelivery: goods >= FREE_DELIVERY_FROM,
  };
}

function put(session, id, quantity) {
  const found = product(id);
  if (!found) return 'There is no such product.';
  if (quantity > found.stock) return `Only ${found.stock} of ${found.name} left.`;
  if (quantity < 1) session.cart.delete(found.id);
  else session.cart.set(found.id, quantity);
  return null;
}

module.exports = { COUPONS, put, summary };
