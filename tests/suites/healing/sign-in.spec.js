const { expect, test } = require('@playwright/test');
const { SignInPage } = require('./sign-in-page');

test('greets whoever signs in', async ({ page }) => {
  await new SignInPage(page).signIn('Ada');
  await expect(page.locator('#greeting')).toHaveText('Hello Ada');
});
