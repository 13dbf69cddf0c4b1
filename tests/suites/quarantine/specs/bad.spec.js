const { test, expect } = require('@playwright/test');

test('fails for good', () => expect(1).toBe(2));
