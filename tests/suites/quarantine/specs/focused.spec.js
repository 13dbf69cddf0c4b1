const { test, expect } = require('@playwright/test');

test.only('is the only one', { tag: '@shaky' }, () => expect(1).toBe(2));
