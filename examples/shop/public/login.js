import { $, api, faults } from './kit.js';

$('#login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const given = Object.fromEntries(new FormData(form));
  const fields = {};
  if (!given.email.includes('@')) fields.email = 'Please enter your e-mail address.';
  if (!given.password) fields.password = 'Please enter your password.';
  faults(form, fields);
  $('#refused').textContent = '';
  if (Object.keys(fields).length) return;
  try {
    await api('POST', '/login', given);
    const next = new URLSearchParams(location.search).get('next') ?? '/account';
    location.href = next.startsWith('/') && !next.startsWith('//') ? next : '/account';
  } catch (error) {
    $('#refused').textContent = error.message;
  }
});
