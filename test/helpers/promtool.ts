/** Prometheus' own checker. In CI it has to be there; elsewhere its tests are skipped, and `npm test` says that it is missing. */
import { describe, it } from 'vitest';
import { PROMTOOL, whyNoPromtool } from '../../scripts/peers.js';
import { start } from './processes.ts';

const missing: readonly string[] = whyNoPromtool();

export function describePromtool(name: string, suite: () => void): void {
  if (missing.length === 0) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    it(`${name}: has promtool`, () => {
      throw new Error(`missing: ${missing.join(', ')}`);
    });
  } else {
    describe.skip(`${name} (missing: ${missing.join(', ')})`, suite);
  }
}

/** What it objects to; empty for nothing. */
export async function promtool(args: readonly string[], input = ''): Promise<string> {
  const asked = start(PROMTOOL, args);
  asked.child.stdin?.end(input);
  const status = await asked.ended;
  return status === 0 ? '' : `${status}: ${asked.stdout()}${asked.stderr()}`;
}
