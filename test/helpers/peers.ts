/**
 * Whether the interop tests can run. In CI they have to; elsewhere they are skipped, and `npm test` says what is missing.
 */
import { describe, it } from 'vitest';
import { whyNoInterop } from '../../scripts/peers.js';

const missing: readonly string[] = whyNoInterop();

export function describeInterop(name: string, suite: () => void): void {
  if (missing.length === 0) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    it(`${name}: has its peers`, () => {
      throw new Error(`missing: ${missing.join(', ')}`);
    });
  } else {
    describe.skip(`${name} (missing: ${missing.join(', ')})`, suite);
  }
}
