// Two versions of each page: the one that its test was written for, and a later one.
const clicks = `onclick="fetch('/clicked', { method: 'POST' })"`;

const shop = (button) => `<header><a href="/home">Home</a><a href="/cart">Cart</a></header><main><h1>Blue mug</h1><p>Holds a lot of coffee.</p>${button}</main>`;
const form = (user) => `<form><h2>Your account</h2>${user}<label>Password <input type="password" name="password"></label><button type="button">Continue</button></form>`;
const card = (id, name) => `<html><body><h3>Card details</h3><label>Card number <input id="${id}" name="${name}" placeholder="0000 0000"></label><label>Holder <input id="holder" name="holder"></label></body></html>`;
const framed = (id, inside) => `<h1>Payment</h1><iframe id="${id}" title="Card payment" width="400" height="200" srcdoc='${inside}'></iframe>`;
const rows = (count) => Array.from({ length: count }, (_, row) => `<li class="row"><span>Item ${row}</span></li>`).join('');
const mug = (attributes) => `<button ${attributes} class="buy primary" data-product="mug" ${clicks}>Buy the mug now</button>`;

module.exports = {
  'renamed id': { before: shop(mug('id="buy"')), after: shop(mug('id="purchase-button"')) },
  'renamed field': {
    before: form('<label>User name <input id="username" name="login"></label>'),
    after: form('<label>User name <input data-testid="username-input" name="login"></label>'),
  },
  'renamed test id': {
    before: shop('<a data-testid="checkout" class="checkout" href="#checkout">Go to checkout</a>'),
    after: shop('<a data-testid="proceed-to-checkout" class="checkout" href="#checkout">Go to checkout</a>'),
  },
  'renamed button': {
    before: form('<button id="enter" class="login" type="button">Sign in</button>'),
    after: form('<button id="enter" class="login" type="button">Log in</button>'),
  },
  'inside a frame': { before: framed('pay', card('card-number', 'card')), after: framed('pay', card('cc-number', 'card')) },
  'frame itself': { before: framed('pay', card('card-number', 'card')), after: framed('payment-frame', card('card-number', 'card')) },
  'shadow root': {
    before: `<shop-menu></shop-menu><script>document.querySelector('shop-menu').attachShadow({ mode: 'open' }).innerHTML = '<nav><button id="open-menu" class="toggle">Open the menu</button></nav>'</script>`,
    after: `<shop-menu></shop-menu><script>document.querySelector('shop-menu').attachShadow({ mode: 'open' }).innerHTML = '<nav><button id="menu-toggle" class="toggle">Open the menu</button></nav>'</script>`,
  },
  'heading': { before: shop('<h2 id="offer" class="offer">Two for one</h2>'), after: shop('<h2 id="special-offer" class="offer">Two for one</h2>') },
  'late': { before: '<h1>Orders</h1>', after: '<h1>Orders</h1><button id="pay-invoice" class="pay">Pay the invoice</button>' },
  'removed': {
    before: '<h1>Account</h1><button id="delete-account" class="danger">Delete account</button><button id="export-account" class="danger">Export account</button>',
    after: '<h1>Account</h1><button id="export-account" class="danger">Export account</button>',
  },
  'banner': { before: shop('<div id="banner" role="status">Order placed</div>'), after: shop('<div id="notice" role="note">Nothing was ordered</div>') },
  'absent': { before: shop('<p>Nothing here</p>'), after: shop('<button id="not-gone" class="gone">Gone</button>') },
  'twins': {
    before: '<section><h2>Cart</h2><p><button id="add">Add</button></p></section>',
    after: '<section><h2>Cart</h2><table><tr><td><button class="add">Add</button></td><td><button class="add">Add</button></td></tr></table></section>',
  },
  'restless': {
    before: shop(mug('id="buy"')),
    after: `${shop(mug('id="purchase-button"'))}<ol></ol><script>setInterval(() => document.querySelector('ol').append(document.createElement('li')), 5)</script>`,
  },
  'clock': {
    before: shop(mug('id="buy"')),
    after: `${shop(mug('id="purchase-button"'))}<p id="clock">0</p><script>setInterval(() => { document.getElementById('clock').textContent = performance.now() }, 5)</script>`,
  },
  'long': { before: `${shop(mug('id="buy"'))}<ul>${rows(2000)}</ul>`, after: `${shop(mug('id="purchase-button"'))}<ul>${rows(2000)}</ul>` },
  'many': {
    before: '<form><button class="save" type="button" data-form="address">Save the address</button></form>',
    after: '<form><button class="save" type="button" data-form="payment">Remove the card</button><button class="save" type="button" data-form="address">Save the address</button></form>',
  },
};
