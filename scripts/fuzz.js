// `npm run fuzz -- [SECONDS] [SEED]`: what a peer may say and do, each property for so long, ten minutes unless told.
import { spawnSync } from 'node:child_process';

/** Above what is tried: for what the machine does meanwhile. */
const SPARE_SECONDS = 300;

const [seconds = '600', seed] = process.argv.slice(2);
if (!/^[1-9]\d{0,6}$/.test(seconds) || (seed !== undefined && !/^\d{1,10}$/.test(seed))) {
  console.error('usage: npm run fuzz -- [SECONDS] [SEED]');
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'property'],
    ...[
      '--testTimeout',
      `${(Number(seconds) + SPARE_SECONDS) * 1_000}`,
      '.fuzz.test.ts',
      'bgp-fsm.test.ts',
      'rib.test.ts',
    ],
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_SECONDS: seconds, ...(seed !== undefined && { FUZZ_SEED: seed }) },
  },
);
process.exit(status ?? 1);
