const { test } = require('@playwright/test');

// Quarantined, and says when it may be stopped.
test('never ends', { tag: '@shaky' }, async () => {
  test.setTimeout(0);
  console.log('it waits');
  await new Promise(() => {});
});
