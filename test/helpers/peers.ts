/**
 * Whether tests can run that need other programs. In CI they have to; elsewhere they are skipped, and `npm test` says what is
 * missing.
 */
import { describe, it } from 'vitest';
import { whyNoBrowser, whyNoInterop, whyNoPrometheus } from '../../scripts/peers.js';

export const describeInterop = (name: string, suite: () => void): void => describeWithout(whyNoInterop(), name, suite);
export const describeBrowser = (name: string, suite: () => void): void => describeWithout(whyNoBrowser(), name, suite);
export const describePrometheus = (name: string, suite: () => void): void =>
  describeWithout(whyNoPrometheus(), name, suite);

function describeWithout(missing: readonly string[], name: string, suite: () => void): void {
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
