// What can be taken home as a file.
'use strict';

const { products } = require('./catalogue');

const money = (amount) => `€ ${amount.toFixed(2)}`;

function invoice(order) {
  const lines = order.lines.map((line) => (
    `${String(line.quantity).padStart(3)} × ${line.name.padEnd(24)}${money(line.total).padStart(12)}`
  ));
  return [
    `JUNIPER – invoice ${order.id}`,
    '',
    `for ${order.address?.name ?? 'our guest'}`,
    '',
    ...lines,
    `${'Total'.padEnd(30)}${money(order.total).padStart(12)}`,
    '',
  ].join('\n');
}

function salesTable() {
  return ['id,name,category,price,stock', ...products.map((each) => (
    [each.id, each.name, each.category, each.price, each.stock].join(',')
  ))].join('\n');
}

module.exports = { invoice, salesTable };
