const { test, expect } = require('@playwright/test');

test('needs a second try', ({}, info) => expect(info.retry).toBe(1));
