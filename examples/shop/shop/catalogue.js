// What the shop sells, and the one question asked of it: which products match, in which order, on which page?
'use strict';

const PAGE_SIZE = 8;

const rows = [
  // name, category, price, stock, colour
  ['Stoneware mug', 'Kitchen', 18, 42, '#b9654a'],
  ['Oak serving board', 'Kitchen', 46, 12, '#a9793f'],
  ['Linen tea towel', 'Kitchen', 12, 90, '#7d8f76'],
  ['Enamel milk pan', 'Kitchen', 39, 17, '#3f6476'],
  ['Pepper mill', 'Kitchen', 34, 23, '#5b4636'],
  ['Reading lamp', 'Lighting', 89, 9, '#d0a13b'],
  ['Paper pendant', 'Lighting', 64, 14, '#cdb693'],
  ['Brass wall light', 'Lighting', 120, 5, '#b58a35'],
  ['Beeswax candles', 'Lighting', 22, 60, '#d9a441'],
  ['Fern in a pot', 'Plants', 28, 31, '#4c8a5b'],
  ['Olive tree', 'Plants', 75, 6, '#6f8a52'],
  ['Terracotta pot', 'Plants', 16, 80, '#c5714c'],
  ['Copper watering can', 'Plants', 58, 11, '#b06a3b'],
  ['Herb seed box', 'Plants', 14, 120, '#587a3d'],
  ['Wool blanket', 'Textiles', 110, 8, '#8a5a6b'],
  ['Linen cushion', 'Textiles', 36, 27, '#9aa58e'],
  ['Cotton rug', 'Textiles', 145, 4, '#5f7f93'],
  ['Waffle bath towel', 'Textiles', 32, 38, '#c2b7a3'],
  ['Writing desk', 'Furniture', 420, 3, '#8d6b45'],
  ['Spindle chair', 'Furniture', 180, 7, '#3e4f46'],
  ['Bedside stool', 'Furniture', 95, 10, '#b28a5a'],
  ['Side table', 'Furniture', 72, 16, '#6d5a48'],
  ['Hall bench', 'Furniture', 26, 44, '#46535f'],
  ['Garden bench', 'Furniture', 130, 0, '#7f8f98'],
];

const products = rows.map(([name, category, price, stock, colour], index) => (
  { id: index + 1, name, category, price, stock, colour }
));

function product(id) {
  return products.find((each) => each.id === Number(id));
}

function find({ q = '', category = '', sort = 'name', direction = 'up', page = 1 }) {
  const words = q.toLowerCase();
  const matching = products.filter((each) => (
    each.name.toLowerCase().includes(words) && (!category || each.category === category)
  ));
  matching.sort((a, b) => (a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : a.id - b.id));
  if (direction === 'down') matching.reverse();
  const start = (Number(page) - 1) * PAGE_SIZE;
  return {
    items: matching.slice(start, start + PAGE_SIZE),
    total: matching.length,
    page: Number(page),
    pages: Math.max(1, Math.ceil(matching.length / PAGE_SIZE)),
  };
}

module.exports = { find, product, products };
