import { $, api, drawing, idInAddress, money, refreshCount } from './kit.js';

const found = await api('GET', `/products/${idInAddress()}`);
document.title = `${found.name} · Juniper`;
$('.picture').innerHTML = drawing(found);
$('.crumb').textContent = found.category;
$('h1').textContent = found.name;
$('.price').textContent = money(found.price);
$('.stock').textContent = found.stock ? `${found.stock} in stock` : 'Sold out';
$('#add').disabled = !found.stock;
$('#product').removeAttribute('aria-busy');

$('#add').onclick = async () => {
  try {
    await api('POST', '/cart', { id: found.id, quantity: Number($('#quantity').value), add: true });
    $('#said').textContent = `${found.name} is in your cart.`;
    await refreshCount();
  } catch (error) {
    $('#said').textContent = error.message;
  }
};
$('#care').onclick = () => $('#care-dialog').showModal();
