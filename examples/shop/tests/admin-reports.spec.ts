import { expect, test } from './shopper';

test.describe('sales report', () => {
  for (const { period, total } of [
    { period: 'week', total: '€ 6000.00' },
    { period: 'month', total: '€ 24000.00' },
    { period: 'year', total: '€ 312000.00' },
  ]) {
    test(`adds up for the ${period}`, { tag: '@slow' }, async ({ member: page }) => {
      await page.goto('/reports');
      await page.getByLabel('Period').selectOption(period);
      await page.getByRole('button', { name: 'Build report' }).click();

      const sales = page.getByRole('table', { name: `Sales of the ${period}` });
      await expect(sales).toBeVisible();
      await expect(sales.getByRole('row', { name: 'Total' })).toContainText(total);
      await expect(page.getByRole('progressbar')).toBeHidden();
    });
  }
});
