import { expect, test } from '@playwright/test';
import { checks } from './shared/checks';

for (const [input, output] of [[1, 1], [2, 4], [3, 9]])
  test(`squares ${input}`, async () => {
    expect(input * input).toBe(output);
  });

checks('table');
