import { expect, test } from './shopper';

test.describe('product table', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto('/products');
    await expect(page.getByRole('status')).toHaveText('24 products');
  });

  test('sorts by price, both ways', async ({ page }) => {
    const firstRow = page.getByRole('row').nth(1);
    await page.getByRole('button', { name: 'Price' }).click();
    await expect(firstRow).toContainText('Linen tea towel');

    await page.getByRole('button', { name: 'Price' }).click();
    await expect(firstRow).toContainText('Writing desk');
    await expect(page.getByRole('columnheader', { name: 'Price' })).toHaveAttribute('aria-sort', 'descending');
  });

  test('filters by name and category', async ({ page }) => {
    await page.getByLabel('Category').selectOption('Textiles');
    await expect(page.getByRole('status')).toHaveText('4 products');

    await page.getByLabel('Name contains').fill('linen');
    await expect(page.getByRole('status')).toHaveText('1 product');
    await expect(page.getByRole('link', { name: 'Linen cushion' })).toBeVisible();
  });

  test('turns pages', async ({ page }) => {
    await expect(page.getByRole('button', { name: 'Previous' })).toBeDisabled();
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.getByText('Page 2 of 3')).toBeVisible();
    await page.getByRole('button', { name: 'Next' }).click();

    await expect(page.getByText('Page 3 of 3')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Next' })).toBeDisabled();
  });

  test('adds a product to the cart, unless it is sold out', async ({ page }) => {
    await page.getByLabel('Name contains').fill('garden bench');
    await expect(page.getByRole('button', { name: 'Add Garden bench to cart' })).toBeDisabled();

    await page.getByLabel('Name contains').fill('side table');
    await page.getByRole('button', { name: 'Add Side table to cart' }).click();
    await expect(page.getByTestId('cart-count')).toHaveText('1');
  });
});
