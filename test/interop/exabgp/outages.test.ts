/**
 * What is said while a neighbor's session is down, as the BIRD behind it sees it when it is up again. ExaBGP waits to be
 * connected to here: an attempt of its own that fails has it forget what waits.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Bird, startBird } from '../../helpers/bird.ts';
import { bin } from '../../helpers/daemon.ts';
import { describeExabgp } from '../../helpers/exabgp.ts';
import { addExabgpHost, type ExabgpHost } from '../../helpers/exabgp-host.ts';
import { listen, run, type Started, stopAll } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

const [ONE, TWO, LAST] = ['100.64.0.1', '100.64.0.2', '100.64.0.3'] as const;
const PORT = 1_179;

const exabgpConfig = (words: string): string => `
process ha { run ${bin} ${words}; encoder text; }
neighbor 127.0.3.1 {
  router-id 127.0.1.2; local-address 127.0.1.2; local-as 65000; peer-as 65000; hold-time 9; passive true;
  family { ipv4 unicast; }
  api { processes [ ha ]; neighbor-changes; }
}
`;
const BIRD_CONFIG = `
router id 127.0.3.1;
protocol device { }
protocol bgp exabgp {
  local 127.0.3.1 as 65000; neighbor 127.0.1.2 port ${PORT} as 65000;
  strict bind on; multihop; hold time 9; connect delay time 1; connect retry time 1; error wait time 1, 2; ipv4 { import all; export none; };
}
`;

describeExabgp('a session that is down', (release) => {
  let host: ExabgpHost;
  let exabgp: Started;
  let bird: Bird;
  const inPlace = (name: string): string => path.join(host.place, name);
  const say = (...words: readonly string[]): Promise<string> =>
    run(process.execPath, [bin, ...words, '--control-socket', inPlace('ha.sock')]);
  const logged = (text: string): Promise<boolean> =>
    until(
      () => `${text}\n${exabgp.stderr()}`,
      () => exabgp.stderr().includes(text),
    );
  const address = (what: 'add' | 'del', of: string): Promise<unknown> =>
    host.namespace.ip('address', what, `${of}/32`, 'dev', 'lo');
  const told = (of: string, what: 'announce' | 'withdraw'): Promise<boolean> =>
    logged(`route told route=${of}/32 told=${what}`);

  beforeEach(async () => {
    host = await addExabgpHost('outage', release);
    await listen([`0.0.0.0:80`], host.namespace.enter);
    bird = startBird(host.namespace, host.place, 'late', BIRD_CONFIG);
  });
  afterEach(async () => {
    await stopAll();
    await host.close();
  });

  it('leaves nothing behind of what was said of a route in between', async () => {
    const words = `--network 100.64.0.0/24 --announce-delay 0 --drain-time 1h --name ha --control-socket ${inPlace('ha.sock')}`;
    fs.writeFileSync(inPlace('exabgp.conf'), exabgpConfig(`${words} --data-dir none --log-level debug`));
    exabgp = host.start(inPlace('exabgp.conf'), ['tcp.bind=127.0.1.2', `tcp.port=${PORT}`]);
    await logged('neighbor=127.0.3.1 state=up');
    await bird.ask('disable', 'exabgp');
    await logged('neighbor=127.0.3.1 state=down');

    for (const each of [ONE, TWO]) await address('add', each);
    for (const each of [ONE, TWO]) await told(each, 'announce');
    await say('drain', '--all');
    await say('undrain', '--all');
    await address('del', TWO);
    await told(TWO, 'withdraw');
    await address('add', LAST);
    await told(LAST, 'announce');

    await bird.ask('enable', 'exabgp');
    let found: readonly string[] = [];
    const wanted = [ONE, LAST].map((each) => `${each}/32 100`);
    await until(
      () => `${wanted}, not ${found}`,
      async () => {
        found = (await bird.routes())
          .map(({ prefix, attributes }) =>
            [prefix, attributes['BGP.local_pref'], attributes['BGP.community'] ?? ''].join(' ').trim(),
          )
          .sort();
        return String(found) === String(wanted);
      },
    );
    expect(exabgp.stderr()).not.toContain('ExaBGP refused a command');
  });
});
