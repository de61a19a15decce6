/**
 * Properties that are tried for a time, and not for a number of runs: a few seconds as part of `npm test`, longer with
 * `npm run fuzz`. The seed is printed; `FUZZ_SEED` plays it again.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';

const SECONDS = 2;
/** Above what is tried: for what the machine does meanwhile. */
const SPARE_SECONDS = 300;

const seconds = Number(process.env['FUZZ_SECONDS'] ?? SECONDS);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 0x7fff_ffff);

export function fuzz<T extends [unknown, ...unknown[]]>(name: string, property: fc.IProperty<T>): void {
  it(name, { timeout: (seconds + SPARE_SECONDS) * 1_000 }, () => {
    const details = fc.check(property, {
      seed,
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: seconds * 1_000,
    });
    process.stdout.write(`fuzz: ${name}: seed ${seed}, ${details.numRuns} runs\n`);
    if (details.failed) throw new Error(fc.defaultReportMessage(details) ?? 'failed');
    expect(details.numRuns).toBeGreaterThan(0);
  });
}

/** For a property that is tried so often as part of `npm test`, and for the time of the others by `npm run fuzz`. */
export const runs = (numRuns: number): fc.Parameters<unknown> =>
  process.env['FUZZ_SECONDS'] === undefined
    ? { numRuns }
    : { seed, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1_000 };
