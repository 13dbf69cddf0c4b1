// What most tests of the shop begin with: a visitor with things in the cart, or a member who is signed in.
import { test as base, expect, type Page } from '@playwright/test';

export const products = { mug: 1, lamp: 6, candles: 9, fern: 10, blanket: 15, desk: 19 };

interface Shopper {
  /** Puts products into the visitor's cart without clicking through the shop. */
  putIntoCart: (lines: { id: number; quantity?: number }[]) => Promise<void>;
  /** A page whose visitor is signed in as Ada. */
  member: Page;
}

export const test = base.extend<Shopper>({
  putIntoCart: async ({ page }, use) => {
    await use(async (lines) => {
      for (const line of lines) {
        const answer = await page.request.post('/api/cart', { data: line });
        expect(answer.ok()).toBe(true);
      }
    });
  },

  member: async ({ page }, use) => {
    const answer = await page.request.post('/api/login', {
      data: { email: 'ada@example.com', password: 'correct horse' },
    });
    expect(answer.ok()).toBe(true);
    await use(page);
  },
});

export { expect };
