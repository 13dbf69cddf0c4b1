// What every page uses: calls to the API, money, and the little drawings.

export const $ = (selector) => document.querySelector(selector);
export const money = (amount) => `€ ${amount.toFixed(2)}`;
export const idInAddress = () => location.pathname.match(/\d+/)?.[0];

export async function api(method, path, body) {
  const answer = await fetch(`/api${path}`, { method, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(value.message), { fields: value.fields ?? {} });
  return value;
}

export function faults(form, fields) {
  for (const place of form.querySelectorAll('.fault')) place.textContent = fields[place.dataset.for] ?? '';
}

export async function refreshCount() {
  const { user, count } = await api('GET', '/me');
  $('[data-testid=cart-count]').textContent = count;
  $('[data-testid=who]').textContent = user ? user.name : 'Sign in';
}

const shapes = {
  Kitchen: '<path d="M14 22h28v20a10 10 0 0 1-10 10h-8a10 10 0 0 1-10-10z"/><path d="M42 27h5a7 7 0 0 1 0 15h-5" fill="none" stroke="COLOUR" stroke-width="4"/><path d="M22 16c0-4 4-4 4-8m6 8c0-4 4-4 4-8" fill="none" stroke="#9aa59e" stroke-width="2"/>',
  Lighting: '<path d="M20 10h24l8 22H12z"/><path d="M30 32h4v18h-4z" fill="#5b4636"/><path d="M20 50h24v4H20z" fill="#5b4636"/><circle cx="32" cy="36" r="4" fill="#ffe9a8"/>',
  Plants: '<path d="M18 38h28l-4 16H22z" fill="#b9654a"/><path d="M32 38C14 36 12 22 14 12c14 2 18 12 18 26Z"/><path d="M32 38c18-2 20-14 18-24-14 2-18 10-18 24Z" opacity=".75"/>',
  Textiles: '<rect x="10" y="14" width="44" height="36" rx="6"/><path d="M10 24h44M10 34h44M10 44h44" stroke="#fff" stroke-opacity=".45" stroke-width="3"/>',
  Furniture: '<rect x="8" y="24" width="48" height="7" rx="2"/><path d="M13 31h5v23h-5zM46 31h5v23h-5z"/><rect x="22" y="10" width="20" height="14" rx="2" opacity=".55"/>',
};

export function drawing({ category, colour }) {
  return `<svg viewBox="0 0 64 64" aria-hidden="true" fill="${colour}">${shapes[category].replaceAll('COLOUR', colour)}</svg>`;
}
