import { $, api, drawing, money } from './kit.js';

const orders = await api('GET', '/orders');
$('#orders').innerHTML = orders.map((each) => `
  <li>${drawing(each.lines[0])}<span>Order ${each.id}</span><span>${each.count} items</span>
    <span class="number">${money(each.total)}</span><a href="/orders/${each.id}/invoice" download>Invoice</a></li>`).join('')
  || '<li><span></span>No orders yet.</li>';
