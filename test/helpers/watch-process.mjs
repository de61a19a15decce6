// Preloaded into a process under test: writes down what it keeps, a line of JSON for every line in `WATCH_FILE`.
import { appendFileSync } from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');
const EVERY_MS = 2_000;

// Unreferenced, so that it keeps nothing alive and is not counted itself.
setInterval(() => {
  collectGarbage();
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout').length;
  const { heapUsed, rss } = process.memoryUsage();
  appendFileSync(
    process.env.WATCH_FILE,
    `${JSON.stringify({ timers, others: resources.length - timers, heapUsed, rss })}\n`,
  );
}, EVERY_MS).unref();
