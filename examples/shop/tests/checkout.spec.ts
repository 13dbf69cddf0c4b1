import type { Page } from '@playwright/test';
import { expect, products, test } from './shopper';

async function fillAddress(page: Page) {
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.getByLabel('Street').fill('Harbour Lane 9');
  await page.getByLabel('Postcode').fill('10245');
  await page.getByRole('button', { name: 'Continue to delivery' }).click();
}

async function payByCard(page: Page) {
  const bank = page.frameLocator('iframe[title="Card payment"]');
  await bank.getByLabel('Card number').fill('4242 4242 4242 4242');
  await bank.getByLabel('Expires').fill('12/29');
  await bank.getByLabel('Check code').fill('123');
  await bank.getByRole('button', { name: 'Authorise' }).click();
}

test.describe('checkout', () => {
  test('goes from the cart to the thank-you page', { tag: '@slow' }, async ({ page, putIntoCart }) => {
    await putIntoCart([{ id: products.mug, quantity: 2 }, { id: products.fern }]);
    await page.goto('/cart');
    await page.getByRole('link', { name: 'Go to checkout' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Address' })).toHaveAttribute('aria-current', 'step');
    await fillAddress(page);
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await payByCard(page);
    await expect(page.getByText('•••• 4242')).toBeVisible();
    await page.getByRole('button', { name: 'Place order' }).click();

    await expect(page.getByRole('heading', { name: 'Thank you!' })).toBeVisible();
    await expect(page.getByText('1001')).toBeVisible();
    await expect(page.getByTestId('cart-count')).toHaveText('0');
  });

  test('express delivery is added to the total', { tag: '@slow' }, async ({ page, putIntoCart }) => {
    await putIntoCart([{ id: products.lamp }]);
    await page.goto('/checkout');
    await fillAddress(page);
    await page.getByRole('radio', { name: /Express/ }).check();
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await payByCard(page);

    await expect(page.getByText('€ 101.50')).toBeVisible();
  });

  test('delivery is free from € 100', async ({ page, putIntoCart }) => {
    await putIntoCart([{ id: products.blanket }]);
    await page.goto('/checkout');
    await fillAddress(page);

    await expect(page.getByText('Standard, 3–4 days')).toBeVisible();
    await expect(page.getByRole('radio', { name: /Standard.*free/ })).toBeChecked();
  });

  test('an address with faults is explained field by field', async ({ page, putIntoCart }) => {
    await putIntoCart([{ id: products.mug }]);
    await page.goto('/checkout');
    await page.getByLabel('Postcode').fill('12');
    await page.getByRole('button', { name: 'Continue to delivery' }).click();

    await expect(page.getByText('Please tell us your name.')).toBeVisible();
    await expect(page.getByText('Please tell us your street.')).toBeVisible();
    await expect(page.getByText('A postcode has five digits.')).toBeVisible();

    await fillAddress(page);
    await expect(page.getByRole('heading', { name: 'How fast do you need it?' })).toBeVisible();
  });
});
