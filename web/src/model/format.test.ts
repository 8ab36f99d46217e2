import { describe, expect, it } from 'vitest';
import { bytes } from './format';

describe('bytes', () => {
  it('are shown in the unit that suits them', () => {
    expect([0, 1_023, 1_024, 1_572_864, 5_000_000_000].map(bytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KB',
      '1.5 MB',
      '4.7 GB',
    ]);
  });
});
