const { expect, test } = require('@playwright/test');

// Titles that are hard to name on a command line, and titles that contain each other.
for (const title of ['a › b', 'say "hi" (or) [not] $1.50 | \\d+', 'two\nlines', ' blanks around ', 'ünïcode 🎭', '/slashes/g', "it's"])
  test(title, async () => {});

test('login', async () => {});
test('login @slow', async () => {});
test('login again', async () => {});
test.describe('login', () => {
  test('again', async () => {});
  test('by mail', async () => {});
});
test.describe('tagged', { tag: ['@one', '@two'] }, () => {
  test('inside', { tag: '@three' }, async () => {
    expect(1).toBe(1);
  });
});
