const { test, expect } = require('@playwright/test');
const pages = require('./pages.js');

const later = process.env.PAGES === 'after';
/** Of what is waited for in vain. All else ends when it is there, and may take its time on a busy machine. */
const GIVEN_UP_MS = 8000;

/** Opens a page of pages.js; the array that it returns takes a mark for each click that reached the shop. */
async function open(page, name) {
  const clicked = [];
  await page.route('http://shop.test/**', (route) => {
    if (route.request().method() === 'POST') clicked.push(name);
    return route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Shop</title><body>${pages[name][later ? 'after' : 'before']}</body>` });
  });
  await page.goto('http://shop.test/');
  return clicked;
}

class Shop {
  constructor(page) {
    this.buy = page.locator('#buy');
  }

  async order() {
    await this.buy.click();
  }
}

test('a renamed id', async ({ page }) => {
  const clicked = await open(page, 'renamed id');
  await test.step('order', () => new Shop(page).order());
  await expect.poll(() => clicked.length).toBe(1);
});

test('a renamed field', async ({ page }) => {
  await open(page, 'renamed field');
  await page.locator('#username').fill('ada');
  expect(await page.locator('input[name=login]').inputValue()).toBe('ada');
});

test('a renamed test id', async ({ page }) => {
  await open(page, 'renamed test id');
  await page.getByTestId('checkout').click();
  expect(page.url()).toContain('#checkout');
});

test('a renamed button', async ({ page }) => {
  await open(page, 'renamed button');
  await page.getByRole('button', { name: 'Sign in' }).click();
});

test('an element inside a frame', async ({ page }) => {
  await open(page, 'inside a frame');
  await page.frameLocator('#pay').locator('#card-number').fill('4242');
});

test('a frame', async ({ page }) => {
  await open(page, 'frame itself');
  await page.frameLocator('#pay').locator('#card-number').fill('4242');
});

test('an element in a shadow root', async ({ page }) => {
  await open(page, 'shadow root');
  await page.locator('#open-menu').click();
});

test('a text', async ({ page }) => {
  await open(page, 'heading');
  await expect(page.locator('#offer')).toHaveText('Two for one');
});

test('a wrong text', async ({ page }) => {
  await open(page, 'heading');
  await expect(page.locator('#offer')).toHaveText(later ? 'Three for one' : 'Two for one', { timeout: GIVEN_UP_MS });
});

test('a page that ticks', async ({ page }) => {
  await open(page, 'clock');
  await page.locator('#buy').click();
});

test('a long page', async ({ page }) => {
  await open(page, 'long');
  await page.locator('#buy').click();
});

test('too many matches', async ({ page }) => {
  await open(page, 'many');
  await page.locator('.save').click();
});

test('too many matches, never seen', async ({ page }) => {
  test.skip(!later);
  await open(page, 'many');
  await page.locator('form > .save').click();
});

test('late, behind a look-alike', async ({ page }) => {
  await open(page, 'late');
  const click = page.locator('#pay-order').click();
  await page.evaluate(async (ms) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    document.body.insertAdjacentHTML('beforeend', '<button id="pay-order" class="pay">Pay the order</button>');
  }, later ? 2600 : 2000);
  await click;
});

test('removed beside a look-alike', async ({ page }) => {
  await open(page, 'removed');
  await page.locator('#delete-account').click({ timeout: GIVEN_UP_MS });
});

test('expected to be visible, and gone', async ({ page }) => {
  await open(page, 'banner');
  await expect(page.locator('#banner')).toBeVisible({ timeout: GIVEN_UP_MS });
});

test('absence', async ({ page }) => {
  await open(page, 'absent');
  await expect(page.locator('#gone')).not.toBeVisible();
  await expect(page.locator('#gone')).toBeHidden();
  await expect(page.locator('#gone')).toHaveCount(0);
  expect(await page.locator('#gone').count()).toBe(0);
  expect(await page.locator('#gone').isVisible()).toBe(false);
  expect(await page.$('#gone')).toBeNull();
  await page.locator('#gone').waitFor({ state: 'detached' });
});

test('two that are alike', async ({ page }) => {
  await open(page, 'twins');
  await page.locator('#add').click({ timeout: GIVEN_UP_MS });
});

test('a page that keeps changing', async ({ page }) => {
  await open(page, 'restless');
  await page.locator('#buy').click({ timeout: GIVEN_UP_MS });
});

test('said to be left alone', { annotation: { type: 'shifty:no-heal' } }, async ({ page }) => {
  await open(page, 'renamed id');
  await page.locator('#buy').click({ timeout: GIVEN_UP_MS });
});

test('said to be proposed', { annotation: { type: 'shifty:propose' } }, async ({ page }) => {
  const clicked = await open(page, 'renamed id');
  await page.locator('#buy').click({ timeout: GIVEN_UP_MS }).finally(() => expect(clicked.length).toBe(later ? 0 : clicked.length));
});
