import { expect, test } from './shopper';

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a picture is uploaded, scanned and shown', async ({ member: page }) => {
  await page.goto('/account');
  await page.getByLabel('New picture').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: onePixel });

  await expect(page.getByRole('status').first()).toHaveText('Your picture is saved.');
  await expect(page.getByAltText('Your picture')).toBeVisible();
  await page.reload();
  await expect(page.getByAltText('Your picture')).toBeVisible();
});

test('a text file is refused after the scan', async ({ member: page }) => {
  await page.goto('/account');
  await page.getByLabel('New picture').setInputFiles({ name: 'me.txt', mimeType: 'text/plain', buffer: Buffer.from('me') });

  await expect(page.getByText('Please choose a picture (PNG or JPEG).')).toBeVisible();
  await expect(page.getByAltText('Your picture')).toBeHidden();
});
