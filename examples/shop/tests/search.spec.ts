import { expect, test } from './shopper';

test('typing asks once, when the visitor pauses', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/suggestions')) asked.push(request.url());
  });
  // The page's clock stands still while the visitor types, however busy the machine is.
  await page.clock.install({ time: new Date('2026-11-25T09:00:00') });
  await page.goto('/');
  await page.clock.pauseAt(new Date('2026-11-25T10:00:00'));
  await page.getByRole('combobox', { name: 'Search' }).pressSequentially('linen', { delay: 20 });
  expect(asked).toHaveLength(0);

  await page.clock.runFor(300);
  await expect(page.getByRole('option')).toHaveText(['Linen cushion', 'Linen tea towel']);
  expect(asked).toHaveLength(1);
});

test('a suggestion is chosen with the arrow keys', async ({ page }) => {
  await page.goto('/');
  const search = page.getByRole('combobox', { name: 'Search' });
  await search.fill('lamp');
  await expect(page.getByRole('option', { name: 'Reading lamp' })).toBeVisible();
  await search.press('ArrowDown');
  await expect(page.getByRole('option', { name: 'Reading lamp' })).toHaveAttribute('aria-selected', 'true');
  await search.press('Enter');

  await expect(page.getByRole('heading', { name: 'Reading lamp' })).toBeVisible();
});

test('a product is found by a photograph', async ({ page }) => {
  test.skip(!process.env.SHOP_VISION_URL, 'Search by photograph needs a vision service, see SHOP_VISION_URL.');
  await page.goto('/');
  await page.getByRole('button', { name: 'Search by photograph' }).click();
});
