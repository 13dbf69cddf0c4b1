import { $, api, drawing, money } from './kit.js';

const FEATURED = [15, 6, 10, 1];

const items = await Promise.all(FEATURED.map((id) => api('GET', `/products/${id}`)));
$('#featured').innerHTML = items.map((each) => `
  <a class="card" href="/products/${each.id}">
    <div class="picture">${drawing(each)}</div>
    <strong>${each.name}</strong>
    <p class="price">${money(each.price)}</p>
  </a>`).join('');
$('.hero-art').innerHTML = [
  { category: 'Plants', colour: '#4c8a5b' }, { category: 'Kitchen', colour: '#b9654a' }, { category: 'Lighting', colour: '#d0a13b' },
].map(drawing).join('');
