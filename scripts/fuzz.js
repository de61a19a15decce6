// `npm run fuzz`: what a peer may say. 10,000,000 damaged messages go through the decoder and the framer; `--properties 600`
// has the properties of the codec, the session's machine and the table instead, each for so many seconds.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = `usage: npm run fuzz -- [--messages N] [--seed N] [--keep]
       npm run fuzz -- --properties SECONDS [--seed N]`;
const MESSAGES = '10000000';
/** Above what is tried: for what the machine does meanwhile. */
const SPARE_SECONDS = 300;
const BUILD = 'node_modules/.cache/fuzz';

const { messages, properties, seed, keep } = read();
if (properties === undefined) {
  tryMessages();
} else {
  tryProperties();
}

function read() {
  try {
    const { values } = parseArgs({
      options: {
        messages: { type: 'string' },
        properties: { type: 'string' },
        seed: { type: 'string' },
        keep: { type: 'boolean' },
      },
    });
    for (const name of ['messages', 'properties', 'seed']) {
      const value = values[name];
      if (value !== undefined && !/^(0|[1-9]\d{0,9})$/.test(value)) throw new Error(`--${name}: ${value} is no number`);
    }
    const isMixed = values.properties !== undefined && (values.messages !== undefined || values.keep);
    if (isMixed) throw new Error('--properties has neither --messages nor --keep');
    return values;
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}

/** Compiled with source maps, so that what was run can be told line by line. */
function tryMessages() {
  fs.mkdirSync(BUILD, { recursive: true });
  fs.writeFileSync(`${BUILD}/package.json`, '{ "type": "module" }\n');
  run('node_modules/.bin/tsc', ['-p', 'test/fuzz/tsconfig.json']);
  const drawn = seed ?? `${Date.now() % 0x7fff_ffff}`;
  const words = ['--messages', messages ?? MESSAGES, '--seed', drawn, ...(keep ? ['--keep'] : [])];
  run(process.execPath, [`${BUILD}/test/fuzz/main.js`, ...words]);
}

function tryProperties() {
  run(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'property'],
      ...['--testTimeout', `${(Number(properties) + SPARE_SECONDS) * 1_000}`],
      ...['.fuzz.test.ts', 'bgp-fsm.test.ts', 'rib.test.ts'],
    ],
    { FUZZ_SECONDS: properties, ...(seed !== undefined && { FUZZ_SEED: seed }) },
  );
}

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}
