// `npm test`: lint, types and every test but the long ones. `npm run test:long`: the long ones.
// Other words go to vitest: `npm test -- --project unit`.
import { spawnSync } from 'node:child_process';
import {
  fetchPrometheus,
  fetchRouters,
  fetchSystemd,
  installBrowser,
  installPeers,
  installShells,
  installVm,
  whyNoBrowser,
  whyNoInterop,
  whyNoPrometheus,
  whyNoShells,
  whyNoSystemd,
  whyNoVm,
} from './peers.js';

const words = process.argv.slice(2);
const isLong = words.includes('--long');
const rest = words.filter((word) => word !== '--long');

attempt(installPeers);
attempt(fetchRouters);
attempt(fetchPrometheus);
attempt(installShells);
attempt(installBrowser);
attempt(fetchSystemd);
const missing = whyNoInterop();
const withoutPrometheus = whyNoPrometheus();
if (withoutPrometheus.length > 0) {
  console.log(`metrics, alerts and dashboard cannot be checked, missing: ${withoutPrometheus.join(', ')}`);
}
const missingShells = whyNoShells();
if (missingShells.length > 0) {
  console.log(`completions and the man page cannot be tried, missing: ${missingShells.join(', ')}`);
}
if (missing.length > 0) console.log(`interop tests cannot run, missing: ${missing.join(', ')}`);
const withoutBrowser = whyNoBrowser();
if (withoutBrowser.length > 0) console.log(`the status page cannot be tested, missing: ${withoutBrowser.join(', ')}`);
const missingOfSystemd = whyNoSystemd();
if (missingOfSystemd.length > 0) console.log(`tests under systemd cannot run, missing: ${missingOfSystemd.join(', ')}`);

if (isLong) {
  attempt(installVm);
  const missing = whyNoVm();
  if (missing.length > 0) console.log(`tests in a virtual machine cannot run, missing: ${missing.join(', ')}`);
}

run('node_modules/.bin/biome', ['check', '--error-on-warnings', '.']);
run('node_modules/.bin/tsc', ['--noEmit']);
// The page, and what drives it, know a browser; nothing else does.
run('node_modules/.bin/tsc', ['-p', 'web']);
run('node_modules/.bin/tsc', ['-p', 'test/tsconfig.page.json']);
const project = isLong ? ['--project', 'long'] : ['--project', '!long'];
run(process.execPath, [
  'node_modules/vitest/vitest.mjs',
  'run',
  ...(rest.includes('--project') ? [] : project),
  ...rest,
]);

/** What could not be had is missing, and is told as that. */
function attempt(install) {
  try {
    install();
  } catch (error) {
    console.log(error.message);
  }
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  if (error) console.error(error.message);
  if (!args.includes('run')) console.log('0 passed, 1 failed, 0 skipped'); // the linter or the compiler failed
  process.exit(status ?? 1);
}
