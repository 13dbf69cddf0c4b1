// The bank's page, shown inside the checkout's iframe: the shop never sees the card number.
const AUTHORISE_MS = 600;

document.querySelector('#card').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const digits = form.number.value.replaceAll(' ', '');
  const refusal = form.querySelector('[role=alert]');
  if (!/^\d{16}$/.test(digits)) {
    refusal.textContent = 'A card number has sixteen digits.';
    return;
  }
  if (!/^\d\d\/\d\d$/.test(form.expires.value) || !/^\d{3}$/.test(form.check.value)) {
    refusal.textContent = 'Please check the expiry date and the check code.';
    return;
  }
  refusal.textContent = '';
  form.querySelector('button').textContent = 'Asking the bank…';
  setTimeout(() => parent.postMessage({ card: `•••• ${digits.slice(-4)}` }, location.origin), AUTHORISE_MS);
});
