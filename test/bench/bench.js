/**
 * `npm run bench`: how soon, and at what cost, beside others that do the same job, in one run on one machine.
 *
 *     npm run bench                             everything: 40 minutes, on a machine with nothing else to do
 *     npm run bench -- latency burst            these groups
 *     npm run bench -- --quick --json /tmp/b    a trial of few tries; results as JSON too
 *
 * As root it runs in network and mount namespaces of its own; without, some rows are left out, and it says which. Exits
 * with 1 when a row failed; a goal that is not met is no failure.
 */
import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { installPeers } from '../../scripts/peers.js';
import { burst } from './burst.js';
import { connections } from './connections.js';
import { createContext } from './context.js';
import { decode } from './decode.js';
import { fanout } from './fanout.js';
import { halfOpen } from './half-open.js';
import { healthchecks } from './healthcheck.js';
import { host } from './host.js';
import { idle } from './idle.js';
import { keepalives } from './keepalives.js';
import { killed } from './killed.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { operate } from './operate.js';
import { now, stopAll } from './processes.js';
import { routes } from './routes.js';
import { scale } from './scale.js';
import { speakers } from './speaker.js';
import { startup } from './startup.js';
import { statics } from './statics.js';
import { hasOwnNetwork, reenter } from './surroundings.js';
import { printTable } from './tables.js';

/** In the order in which they run; memory is remembered by those before it. */
const GROUPS = {
  ...{
    latency,
    healthcheck: healthchecks,
    killed,
    'half-open': halfOpen,
    host,
    idle,
    connections,
    burst,
    startup,
    routes,
    speaker: speakers,
    scale,
    fanout,
    static: statics,
    decode,
    keepalives,
    operate,
    memory,
  },
};

/** Those that have rows with ExaBGP or with routers. */
const WITH_PEERS = ['latency', 'healthcheck', 'routes', 'speaker', 'scale', 'static'];

const USAGE = `usage: npm run bench -- [GROUP…] [--quick] [--json FILE]

  GROUP        all without:
               ${Object.keys(GROUPS)
                 .join(', ')
                 .replace(/(.{60}\S*) /g, '$1\n               ')}
  --quick      a trial of few tries, whose figures mean little
  --json FILE  results as JSON too

docs/performance.md says what each group measures, and what it needs.`;

/** The load average from which on others are in the way. */
const BUSY = 0.5;

const { wanted, isQuick, jsonFile } = readArguments();
const needsPeers = wanted.length === 0 || wanted.some((name) => WITH_PEERS.includes(name));
if (!hasOwnNetwork() && needsPeers) installPeers();
if (!reenter()) await runGroups();

async function runGroups() {
  const context = createContext(isQuick);
  endOnSignals(context);
  const [load] = os.loadavg();
  if (load > BUSY) console.error(`BUSY: the load average is ${load.toFixed(1)}; figures of a busy machine mean little`);
  const results = [];
  for (const [name, group] of Object.entries(GROUPS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const startedAt = now();
    console.error(`${name}:`);
    const tables = await group(context);
    const seconds = Math.round((now() - startedAt) / 1_000);
    for (const table of tables) printTable(table);
    console.error(`${name}: ${seconds} s`);
    results.push({ name, seconds, tables: tables.map(({ title, rows }) => ({ title, rows: rows.map(plain) })) });
    writeJson(results, context); // what there is so far, should a later group never end
  }
  summarise(results, context);
  process.exitCode = context.failures.length > 0 ? 1 : 0;
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        ...{ quick: { type: 'boolean', default: false }, json: { type: 'string' } },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const unknown = positionals.filter((name) => !Object.hasOwn(GROUPS, name));
    if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}`);
    return { wanted: positionals, isQuick: values.quick, jsonFile: values.json };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Ctrl-C, or a hang-up: whatever was started is ended in order. */
function endOnSignals(context) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, async () => {
      if (context.isInterrupted) return;
      context.isInterrupted = true;
      console.error(`${signal}: ending what was started`);
      await stopAll();
      process.exit(130);
    });
  }
}

function plain({ data, goals }) {
  return { ...data, goals };
}

function writeJson(groups, { failures, leftOut }) {
  if (jsonFile === undefined) return;
  const machine = { node: process.version, kernel: os.release(), cores: os.availableParallelism() };
  const report = { at: new Date().toISOString(), isQuick, ...machine, load: os.loadavg(), groups, failures, leftOut };
  fs.writeFileSync(jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
}

/** Once more at the end, where it is seen. */
function summarise(results, { failures, leftOut }) {
  const rows = results.flatMap(({ tables }) =>
    tables.flatMap(({ title, rows }) => rows.map((row) => ({ title, ...row }))),
  );
  const goals = rows.flatMap(({ title, what, goals }) => goals.map((goal) => ({ title, what, ...goal })));
  const others = goals.filter(({ verdict }) => verdict !== 'met');
  console.log(`\n${goals.length - others.length} of ${goals.length} goals met`);
  for (const { title, what, text, verdict } of others) console.log(`${verdict.padEnd(8)}  ${title}: ${what}: ${text}`);
  for (const text of leftOut) console.log(`LEFT OUT  ${text}`);
  for (const { name, error } of failures) console.log(`FAILED    ${name}: ${error}`);
  if (isQuick) console.log('A trial run (--quick): these figures mean little.');
}
