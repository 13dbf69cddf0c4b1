import { expect, test } from '@playwright/test';

// Tests that are declared here belong to whoever calls this.
export function checks(name: string) {
  test('shared check', async () => {
    expect(name).toContain('table');
  });
  test.describe('shared group', () => {
    test('inside', async () => {});
  });
}
