import { expect, test, type Page } from '@playwright/test';

const later = process.env.PAGES === 'after';
const ids = later ? { accept: 'consent-accept', save: 'store-address', gone: 'other' } : { accept: 'accept', save: 'save', gone: 'missing' };
let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await browser.newPage();
  await page.setContent(`<h1>Address</h1><button id="${ids.accept}" class="consent">Accept all cookies</button>
    <button id="${ids.save}" class="primary" onclick="document.title += '+'">Save the address</button>`);
  await page.locator('#accept').click();
});

test.afterAll(() => page.close());

test('a page that tests share', async () => {
  await page.locator('#save').click();
  await page.locator('#save').click();
  expect(await page.title()).toBe('++');
});

test('meant to fail', async () => {
  test.fail(later);
  await page.locator('#save').click();
});
