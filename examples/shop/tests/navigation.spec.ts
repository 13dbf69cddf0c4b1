import { expect, test } from './shopper';

test('the menu leads through the shop and marks where one is', async ({ page }) => {
  await page.goto('/');
  const menu = page.getByRole('navigation', { name: 'Main' });
  await menu.getByRole('link', { name: 'Products' }).click();
  await expect(page).toHaveTitle('Products · Juniper');
  await expect(menu.getByRole('link', { name: 'Products' })).toHaveAttribute('aria-current', 'page');

  await menu.getByRole('link', { name: 'Workshops' }).click();
  await expect(page.getByRole('heading', { name: 'Throw a bowl' })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveTitle('Products · Juniper');
});

test('an address that does not exist offers a way on', async ({ page }) => {
  const answer = await page.goto('/sofas');

  expect(answer?.status()).toBe(404);
  await page.getByRole('link', { name: 'See what is left.' }).click();
  await expect(page.getByRole('heading', { name: 'Products' })).toBeVisible();
});
