import { expect, test } from './shopper';

test('a place in a workshop is reserved', async ({ page }) => {
  await page.goto('/workshops');
  await page.getByRole('button', { name: 'Reserve a place' }).nth(1).click();

  await expect(page.getByRole('status')).toHaveText('Dye with plants: your place is reserved (W-2-7).');
});

test('a place is reserved early in the morning', async ({ page, baseURL }, testInfo) => {
  // Flaky by construction: the booking service sleeps until somebody calls it, so the first attempt gets its error
  // and the retry finds it awake.
  const state = testInfo.retry === 0 ? 'asleep' : 'awake';
  await page.context().addCookies([{ name: 'booking', value: state, url: baseURL }]);
  await page.goto('/workshops');
  await page.getByRole('button', { name: 'Reserve a place' }).first().click();

  const said = page.getByRole('status');
  await expect(said).not.toHaveText('Reserving…');
  expect(await said.textContent()).toContain('your place is reserved');
});
