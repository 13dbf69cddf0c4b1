const { expect, test } = require('@playwright/test');

for (const number of [1, 2, 3])
  test(`opens page ${number}`, async ({ page }) => {
    await page.setContent('<h1>Hello</h1>');
    await expect(page.locator('h1')).toHaveText('Hello');
    if (process.env.HANG) await new Promise(() => {});
  });
