import { $, api, drawing, money, refreshCount } from './kit.js';

const line = (each) => `
  <li>
    ${drawing(each)}
    <span>${each.name}</span>
    <input type="number" min="1" value="${each.quantity}" data-id="${each.id}" aria-label="Quantity of ${each.name}">
    <span class="number">${money(each.total)}</span>
    <button data-remove="${each.id}" aria-label="Remove ${each.name}">✕</button>
  </li>`;

async function show(cart) {
  $('.lines').innerHTML = cart.lines.map(line).join('') || '<li><span></span>Your cart is empty.</li>';
  $('[data-testid=goods]').textContent = money(cart.goods);
  $('[data-testid=discount]').textContent = money(-cart.discount);
  $('[data-testid=total]').textContent = money(cart.total);
  $('#to-checkout').hidden = $('#empty').hidden = !cart.count;
  $('#cart').removeAttribute('aria-busy');
  await refreshCount();
}

async function attempt(work) {
  $('#cart').setAttribute('aria-busy', 'true');
  $('#refused').textContent = '';
  try {
    await show(await work());
  } catch (error) {
    $('#refused').textContent = error.message;
    await show(await api('GET', '/cart'));
  }
}

$('.lines').addEventListener('change', ({ target }) => (
  attempt(() => api('PATCH', '/cart', { id: Number(target.dataset.id), quantity: Number(target.value) }))
));
$('.lines').addEventListener('click', ({ target }) => {
  if (target.dataset.remove) attempt(() => api('PATCH', '/cart', { id: Number(target.dataset.remove), quantity: 0 }));
});
$('#empty').onclick = () => {
  if (confirm('Empty the cart?')) attempt(() => api('DELETE', '/cart'));
};
$('#coupon').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt(() => api('POST', '/coupon', { code: event.target.code.value }));
});

await attempt(() => api('GET', '/cart'));
