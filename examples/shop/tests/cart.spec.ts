import { expect, products, test } from './shopper';

test.beforeEach(async ({ page, putIntoCart }) => {
  await putIntoCart([{ id: products.mug, quantity: 2 }, { id: products.candles }]);
  await page.goto('/cart');
  await expect(page.getByTestId('goods')).toHaveText('€ 58.00');
});

test('quantities change the total, and a line can be removed', async ({ page }) => {
  await page.getByLabel('Quantity of Stoneware mug').fill('5');
  await page.getByLabel('Quantity of Stoneware mug').press('Enter');
  await expect(page.getByTestId('total')).toHaveText('€ 112.00');

  await page.getByRole('button', { name: 'Remove Beeswax candles' }).click();
  await expect(page.getByTestId('total')).toHaveText('€ 90.00');
  await expect(page.getByTestId('cart-count')).toHaveText('5');
});

test('a coupon takes a quarter off', async ({ page }) => {
  await page.getByLabel('Coupon').fill('autumn25');
  await page.getByRole('button', { name: 'Apply' }).click();

  await expect(page.getByTestId('discount')).toHaveText('€ -14.50');
  await expect(page.getByTestId('total')).toHaveText('€ 43.50');
});

test('an unknown coupon is refused and costs nothing', async ({ page }) => {
  await page.getByLabel('Coupon').fill('summer99');
  await page.getByRole('button', { name: 'Apply' }).click();

  await expect(page.getByRole('alert')).toHaveText('The code SUMMER99 is not known.');
  await expect(page.getByTestId('total')).toHaveText('€ 58.00');
});
