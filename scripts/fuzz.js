// `npm run fuzz -- [SECONDS] [SEED]`: every property of test/property/*.fuzz.test.ts for so long, ten minutes unless told.
import { spawnSync } from 'node:child_process';

const [seconds = '600', seed] = process.argv.slice(2);
if (!/^[1-9]\d{0,6}$/.test(seconds) || (seed !== undefined && !/^\d{1,10}$/.test(seed))) {
  console.error('usage: npm run fuzz -- [SECONDS] [SEED]');
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'property', '.fuzz.test.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_SECONDS: seconds, ...(seed !== undefined && { FUZZ_SEED: seed }) },
  },
);
process.exit(status ?? 1);
