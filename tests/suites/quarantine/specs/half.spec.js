const { test } = require('@playwright/test');

// Of the two only the first is quarantined.
test.beforeAll(() => {
  throw new Error('the database is not there');
});
test('half of a file', { tag: '@shaky' }, () => {});
test('the other half', () => {});
