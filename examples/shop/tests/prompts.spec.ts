import { expect, products, test } from './shopper';

test('emptying the cart asks first', async ({ page, putIntoCart }) => {
  await putIntoCart([{ id: products.candles, quantity: 4 }]);
  await page.goto('/cart');
  const count = page.getByTestId('cart-count');
  await expect(count).toHaveText('4');

  page.once('dialog', (dialog) => dialog.dismiss());
  await page.getByRole('button', { name: 'Empty the cart' }).click();
  await expect(count).toHaveText('4');

  page.once('dialog', (dialog) => dialog.accept());
  await page.getByRole('button', { name: 'Empty the cart' }).click();
  await expect(page.getByText('Your cart is empty.')).toBeVisible();
});

test('an account is deleted only by its full name', async ({ member: page }) => {
  const heard: string[] = [];
  page.on('dialog', async (dialog) => {
    heard.push(dialog.type());
    await dialog.accept(heard.length === 1 ? 'Ada' : 'Ada Lovelace');
  });
  await page.goto('/account');
  await page.getByRole('button', { name: 'Delete account…' }).click();
  await expect.poll(() => heard).toEqual(['prompt', 'alert']);

  await page.getByRole('button', { name: 'Delete account…' }).click();
  await expect(page.getByText('Your account is gone. Farewell!')).toBeVisible();
});

test('the care dialog closes with its button', async ({ page }) => {
  await page.goto(`/products/${products.mug}`);
  await expect(page.getByRole('heading', { name: 'Stoneware mug' })).toBeVisible();
  await page.locator('#care').click();
  await expect(page.getByText('Talk to it now and then.')).toBeVisible();

  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
});
