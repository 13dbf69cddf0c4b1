const { expect, test } = require('@playwright/test');

const done = [];

test.describe('order', () => {
  test.describe.configure({ mode: 'serial' });
  test('fills the cart', async () => {
    expect(process.env.OUT_OF_STOCK).toBeUndefined();
    done.push('filled');
  });
  test('goes to the till', async () => {
    done.push('at the till');
  });
  test('pays', async () => {
    expect(done).toEqual(['filled', 'at the till']);
  });
});

test.describe('imprint', () => {
  test.describe.configure({ mode: 'default' });
  test('is there', async () => {});
  test('is complete', async () => {});
});
