#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// V8 doubles the young generation up to 16 MB, and moves all that is alive in it in one go with each full collection: most of
// the 15 ms for which one stopped everything in the middle of a scrape. Here it stays as it is at first: 12 to 45 MB less
// resident right after thousands of listeners came, and a table that comes in bulk takes a tenth longer. V8 13 does not listen.
setFlagsFromString('--semi-space-growth-factor=1');

// V8 would keep what ten thousand listeners needed once (130 MB resident, here 70 to 110), for a speed that shows in none of
// our figures but the start, which a table of 100,000 prefixes makes a third longer: so after that. No option for the command
// line can do this: ExaBGP runs the file itself.
setTimeout(() => setFlagsFromString('--optimize-for-size'), 2_000).unref();

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  giveUp(`needs Node.js 20.19 or later, and this is ${process.versions.node}`);
} else {
  try {
    const { startLifecycle } = await import('../dist/runtime/lifecycle.js');
    await start(startLifecycle());
  } catch (error) {
    giveUp(error.code === 'ERR_MODULE_NOT_FOUND' ? 'not built: run npm ci && npm run build' : error.stack);
  }
}

/** From here on the lifecycle hears of every failure, also of an import that fails. */
async function start(lifecycle) {
  try {
    const { main } = await import('../dist/cli/main.js');
    await main(process.argv.slice(2), process.env, lifecycle);
  } catch (error) {
    lifecycle.failed(error);
  }
}

/** Nothing of ours can be loaded. Under ExaBGP that must not become a loop of restarts: it would end itself. */
function giveUp(why) {
  console.error(`ha2bgp: ${why}`);
  process.exitCode = 1;
  if (process.stdin.isTTY || process.stdout.isTTY) process.exit();
  setTimeout(() => process.exit(), 20_000);
  process.stdin.on('end', () => process.exit()).resume();
}
