// The header of every page: where am I, who am I, what is in the cart, and the search with its suggestions.
import { $, api, refreshCount } from './kit.js';

const DEBOUNCE_MS = 250;

for (const link of document.querySelectorAll('.top nav a')) {
  if (location.pathname.startsWith(link.getAttribute('href'))) link.setAttribute('aria-current', 'page');
}
refreshCount();

const box = $('.search input');
const list = $('#suggestions');
let timer;
let chosen = -1;

function show(items) {
  list.replaceChildren(...items.map((each) => {
    const entry = document.createElement('li');
    entry.role = 'option';
    entry.textContent = each.name;
    entry.dataset.id = each.id;
    entry.onmousedown = () => { location.href = `/products/${each.id}`; };
    return entry;
  }));
  chosen = -1;
  list.hidden = !items.length;
  box.setAttribute('aria-expanded', String(Boolean(items.length)));
}

function choose(step) {
  const entries = [...list.children];
  if (!entries.length) return;
  chosen = (chosen + step + entries.length) % entries.length;
  entries.forEach((entry, index) => entry.setAttribute('aria-selected', String(index === chosen)));
}

box.addEventListener('input', () => {
  clearTimeout(timer);
  const q = box.value.trim();
  if (!q) return show([]);
  timer = setTimeout(async () => {
    const items = await api('GET', `/suggestions?q=${encodeURIComponent(q)}`);
    if (q === box.value.trim()) show(items);
  }, DEBOUNCE_MS);
});

box.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') choose(1);
  else if (event.key === 'ArrowUp') choose(-1);
  else if (event.key === 'Escape') show([]);
  else if (event.key === 'Enter' && chosen >= 0) location.href = `/products/${list.children[chosen].dataset.id}`;
  else return;
  event.preventDefault();
});

box.addEventListener('blur', () => show([]));
