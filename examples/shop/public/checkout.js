import { $, api, faults, money } from './kit.js';

const names = ['Address', 'Delivery', 'Payment', 'Review'];
let card = null;

function go(step) {
  for (const section of document.querySelectorAll('.step')) section.hidden = section.dataset.step !== step;
  document.querySelectorAll('.steps li').forEach((item, index) => {
    if (names[index] === step) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  });
}

async function offerDelivery() {
  go('Delivery');
  const quotes = await api('GET', '/checkout/quotes');
  $('.waiting').hidden = true;
  $('#delivery .button').hidden = false;
  $('#delivery fieldset').innerHTML = quotes.map((each, index) => `
    <label><input type="radio" name="way" value="${index}" ${index ? '' : 'checked'}>
      <span>${each.name}, ${each.days}</span><span>${each.price ? money(each.price) : 'free'}</span></label>`).join('');
  $('#delivery').onsubmit = async (event) => {
    event.preventDefault();
    const cart = await api('POST', '/checkout/delivery', quotes[Number(event.target.way.value)]);
    $('#review').innerHTML = [
      ...cart.lines.map((each) => [`${each.quantity} × ${each.name}`, money(each.total)]),
      ['Delivery', money(cart.delivery)],
      ['Total', money(cart.total)],
    ].map(([name, sum]) => `<dt>${name}</dt><dd>${sum}</dd>`).join('');
    $('iframe').src = '/bank';
    go('Payment');
  };
}

$('#address').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  try {
    await api('POST', '/checkout/address', Object.fromEntries(new FormData(form)));
    faults(form, {});
    await offerDelivery();
  } catch (error) {
    faults(form, error.fields);
  }
});

addEventListener('message', ({ origin, data }) => {
  if (origin !== location.origin || !data.card) return;
  card = data.card;
  $('#review').insertAdjacentHTML('beforeend', `<dt>Card</dt><dd>${card}</dd>`);
  go('Review');
});

$('#place').onclick = async ({ target }) => {
  target.disabled = true;
  target.textContent = 'One moment…';
  try {
    const { id } = await api('POST', '/orders', { card });
    location.href = `/orders/${id}`;
  } catch (error) {
    $('#refused').textContent = error.message;
  }
};

go('Address');
