import { $, api, drawing, money, refreshCount } from './kit.js';

const asked = new URLSearchParams(location.search);
const view = { q: asked.get('q') ?? '', category: asked.get('category') ?? '', sort: 'name', direction: 'up', page: 1 };
const form = $('#filters');
form.q.value = view.q;
form.category.value = view.category;

const row = (each) => `
  <tr>
    <td>${drawing(each)}<a href="/products/${each.id}">${each.name}</a></td>
    <td>${each.category}</td>
    <td class="number">${money(each.price)}</td>
    <td class="number">${each.stock || 'sold out'}</td>
    <td class="number"><button data-buy="${each.id}" aria-label="Add ${each.name} to cart" ${each.stock ? '' : 'disabled'}>Add</button></td>
  </tr>`;

async function load() {
  const { items, total, page, pages } = await api('GET', `/products?${new URLSearchParams(view)}`);
  $('#products tbody').innerHTML = items.map(row).join('');
  $('#total').textContent = `${total} ${total === 1 ? 'product' : 'products'}`;
  $('#page').textContent = `Page ${page} of ${pages}`;
  $('#previous').disabled = page === 1;
  $('#next').disabled = page === pages;
}

function change(part) {
  Object.assign(view, { page: 1 }, part);
  return load();
}

form.addEventListener('input', () => change({ q: form.q.value, category: form.category.value }));
form.addEventListener('submit', (event) => event.preventDefault());
$('#previous').onclick = () => change({ page: view.page - 1 });
$('#next').onclick = () => change({ page: view.page + 1 });

$('#products').addEventListener('click', async ({ target }) => {
  const { sort, buy } = target.dataset;
  if (buy) {
    await api('POST', '/cart', { id: Number(buy), add: true });
    await refreshCount();
  }
  if (sort) {
    const direction = view.sort === sort && view.direction === 'up' ? 'down' : 'up';
    for (const cell of document.querySelectorAll('th[aria-sort]')) cell.removeAttribute('aria-sort');
    target.closest('th').setAttribute('aria-sort', direction === 'up' ? 'ascending' : 'descending');
    await change({ sort, direction });
  }
});

await load();
