const { test, expect } = require('@playwright/test');

test('fails under its tag', { tag: '@shaky' }, () => expect(1).toBe(2));
