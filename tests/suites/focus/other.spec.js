const { test } = require('@playwright/test');

test('elsewhere', async () => {});
