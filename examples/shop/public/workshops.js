import { $, api } from './kit.js';

for (const button of document.querySelectorAll('[data-workshop]')) {
  button.onclick = async () => {
    const name = button.parentElement.querySelector('h2').textContent;
    $('#said').textContent = 'Reserving…';
    try {
      const { reference } = await api('POST', '/bookings', { workshop: Number(button.dataset.workshop) });
      $('#said').textContent = `${name}: your place is reserved (${reference}).`;
    } catch (error) {
      $('#said').textContent = error.message;
    }
  };
}
