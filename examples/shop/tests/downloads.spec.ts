import { readFile } from 'node:fs/promises';
import { expect, products, test } from './shopper';

test('the invoice of an order lists what was bought', async ({ member: page, putIntoCart }) => {
  await putIntoCart([{ id: products.mug, quantity: 3 }]);
  await page.request.post('/api/orders', { data: { card: '•••• 4242' } });
  await page.goto('/orders');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Invoice' }).click(),
  ]);

  expect(download.suggestedFilename()).toBe('invoice-1001.txt');
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain('3 × Stoneware mug');
  expect(text).toContain('€ 54.00');
});

test('the price list has every product', async ({ page }) => {
  await page.goto('/products');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download price list' }).click(),
  ]);

  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(1 + 24);
});
