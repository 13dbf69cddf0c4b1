import { expect, products, test } from './shopper';

test('the first Tab offers to skip to the content', async ({ page }) => {
  await page.goto('/products');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('the care dialog keeps the focus and gives it back', async ({ page }) => {
  await page.goto(`/products/${products.fern}`);
  await expect(page.getByRole('heading', { name: 'Fern in a pot' })).toBeVisible();
  const opener = page.getByRole('button', { name: 'How to care for it' });
  await opener.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Care' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Close' })).toBeFocused();

  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(opener).toBeFocused();
});
