const { test, expect } = require('@playwright/test');

// Quarantined by its file.
test('fails', () => expect(1).toBe(2));
test.fail('passes against all expectation', () => {});
test.skip('is left out', () => {});
