// Loaded into ha2bgp before anything else (`node --import`): how long its loop stood still at most. SIGUSR2 writes
// that to the file, in milliseconds, and begins anew; ha2bgp itself opens its log anew then, which costs nothing on stderr.
import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('SIGUSR2', () => {
  // Its samples are the time from one turn of a timer to the next, the wanted pause included.
  fs.writeFileSync(process.env.BENCH_LAG_FILE, `${delay.max / 1e6 - RESOLUTION_MS}`);
  delay.reset();
});
