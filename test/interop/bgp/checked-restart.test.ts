/** Graceful restart (RFC 4724) of services with a check, by what BIRD has its host's kernel do. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, start, stopAll } from '../../helpers/processes.ts';
import { hasNoSession, hasRoutes, hasSession, logOf } from '../../helpers/routers/expecting.ts';
import { addSpeakerLink, peer, plain, SERVICE, type SpeakerLink } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

const STAYS = SERVICE.ipv4;
const FAILS = '100.64.0.11';
/** It rises for longer than it takes to be complete where nothing is checked. */
const CHECK = 'rise=3,fall=3,fast-interval=1s,timeout=2s';

describeInterop('services with a check, killed and started again', () => {
  let link: SpeakerLink;

  beforeAll(async () => {
    link = await addSpeakerLink();
    await link.host.ip('address', 'add', `${FAILS}/32`, 'dev', 'lo');
    await listen([`${STAYS}:80`, `${FAILS}:80`], link.host.enter);
  });
  afterAll(async () => {
    await stopAll();
    await link?.remove();
  });

  it('lose no route while their checks rise again, and the one whose check fails now loses it when that is known', async () => {
    let daemon: Daemon | undefined;
    const log = logOf(() => daemon);
    const service = (address: string): string[] => {
      const passes = path.join(link.place, address);
      return ['--service', `s${address},prefixes=${address}/32,command="sleep 0.3; test -e ${passes}",${CHECK}`];
    };
    const run = (): Daemon => link.run([...peer('graceful-restart=60s'), ...service(STAYS), ...service(FAILS)]);
    for (const address of [STAYS, FAILS]) fs.writeFileSync(path.join(link.place, address), '');
    const [command = '', ...words] = [...link.router.enter, 'ip', '-o', '-4', 'monitor', 'route'];
    const kernel = start(command, words);
    const removed = (): string[] =>
      [...kernel.stdout().matchAll(/^Deleted (100\.64\.\S+) /gm)].map(([, to = '']) => to);

    const router = await link.start('bird', { gracefulRestart: true });
    daemon = run();
    await hasRoutes(router, [plain(`${STAYS}/32`), plain(`${FAILS}/32`)], log);
    await daemon.stop('SIGKILL');
    await hasNoSession(router);
    fs.rmSync(path.join(link.place, FAILS));
    daemon = run();
    await hasSession(router, undefined, log);
    // Nobody announces it, so that the End-of-RIB alone ends it; and with it whatever else was not told by then.
    await hasRoutes(router, [plain(`${STAYS}/32`)], log);
    await until('the route gone from the kernel', () => removed().includes(FAILS));
    expect(removed()).toEqual([FAILS]);
    expect(daemon.stderr()).toContain(`"service":"s${FAILS}","from":"falling","to":"down"`);
  }, 120_000);
});
