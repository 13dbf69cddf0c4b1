import { expect, test } from './shopper';

test.describe('card form of the bank', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto('/bank');
  });

  test('asks for sixteen digits', async ({ page }) => {
    await page.getByLabel('Card number').fill('4242 4242');
    await page.getByRole('button', { name: 'Authorise' }).click();

    await expect(page.getByRole('alert')).toHaveText('A card number has sixteen digits.');
  });

  test('asks for an expiry date and a check code', async ({ page }) => {
    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    await page.getByLabel('Expires').fill('soon');
    await page.getByRole('button', { name: 'Authorise' }).click();

    await expect(page.getByRole('alert')).toHaveText('Please check the expiry date and the check code.');
  });
});
