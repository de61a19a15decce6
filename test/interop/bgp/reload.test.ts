/**
 * A reload with routers at the other end: what did not change is not noticed, by what the routers themselves say; what did is
 * told over the session that there is, or with the Cease that says why that ends (RFC 4486).
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../../helpers/daemon.ts';
import { addNamespace, connect, type Namespace } from '../../helpers/namespaces.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, run, type Started, stopAll } from '../../helpers/processes.ts';
import { type Router, type RouterName, startRouter } from '../../helpers/router.ts';
import { hasRoutes, hasSession, logOf } from '../../helpers/routers/expecting.ts';
import { HOST, plain, SERVICE } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

/** By what becomes of them. */
const KINDS = {
  stays: 'bird',
  staysToo: 'frr',
  told: 'bird',
  toldToo: 'frr',
  anew: 'bird',
  anewToo: 'frr',
  gone: 'bird',
  goneToo: 'frr',
  added: 'bird',
} as const satisfies Record<string, RouterName>;
type Role = keyof typeof KINDS;
const ROLES = Object.keys(KINDS) as Role[];

/** So long without a change of a router's counts: all was told. */
const QUIET_MS = 500;

const hostAt = (role: Role): string => `10.1.${ROLES.indexOf(role) + 1}.1`;
const routerAt = (role: Role): string => `10.1.${ROLES.indexOf(role) + 1}.254`;
const asOf = (role: Role): number => 65_001 + ROLES.indexOf(role);
const peer = (role: Role, more = ''): string =>
  `    - {address: ${routerAt(role)}, as: ${asOf(role)}, families: ipv4, hold-time: 90s${more}}\n`;

const file = (peers: readonly string[], more = ''): string =>
  `bgp-backend: speaker
network: 100.64.0.0/24
announce-delay: 0
withdraw-delay: 0
static:
  - {prefixes: [100.64.0.1/32, 100.64.0.2/32]}
bgp:
  local-as: ${HOST.as}
  router-id: ${HOST.ipv4}
${more}  peers:
${peers.join('')}`;

const BEFORE = file(ROLES.filter((role) => role !== 'added').map((role) => peer(role)));
const AFTER = file(
  [
    ...[peer('added', ', passive: true'), peer('stays'), peer('staysToo')],
    ...(['told', 'toldToo'] as const).map((role) => peer(role, ', med: 7, only: [100.64.0.2/31, 100.64.0.8/29]')),
    ...(['anew', 'anewToo'] as const).map((role) => peer(role).replace('90s', '9s')),
  ],
  `  bgp-listen: [${hostAt('added')}]\n`,
);

describeInterop('a reload', () => {
  let place: string;
  let config: string;
  let host: Namespace;
  let daemon: Daemon;
  let served: Started;
  const namespaces: Namespace[] = [];
  const routers = new Map<Role, Router>();
  const more = logOf(() => daemon);
  const routerOf = (role: Role): Router => routers.get(role) as Router;

  const has = (role: Role, prefixes: readonly string[], said: object = {}): Promise<void> =>
    hasRoutes(
      routerOf(role),
      prefixes.map((prefix) => plain(prefix, { nextHops: [hostAt(role)], ...said })),
      more,
    );
  /** What BIRD or FRR says of its neighbor, in its own words. */
  const shown = (role: Role): Promise<string> =>
    KINDS[role] === 'bird'
      ? run('birdc', ['-s', path.join(place, `${role}.ctl`), 'show', 'protocols', 'all', 'ha2bgp0'])
      : run('vtysh', [
          '--vty_socket',
          path.join(place, `${role}.run`),
          '-c',
          `show bgp neighbors ${hostAt(role)} json`,
        ]);
  /** Since when the session is up, or how many there were, and how many UPDATEs it had. */
  async function sessionOf(role: Role): Promise<unknown> {
    const text = await shown(role);
    const { updates, isEstablished } = await routerOf(role).session();
    // FRR works its own out anew each time, to the second.
    const since =
      KINDS[role] === 'bird'
        ? /^ha2bgp0 +BGP +\S+ +\S+ +(\S+)/m.exec(text)?.[1]
        : /"connectionsEstablished": *\d+,\s*"connectionsDropped": *\d+/.exec(text)?.[0];
    if (since === undefined) throw new Error(`since when: ${text}`);
    return { since, updates, isEstablished };
  }
  /** The same once nothing more comes: End-of-RIB comes after the routes. */
  async function settled(role: Role): Promise<unknown> {
    let before = await sessionOf(role);
    return until(`${role}: nothing new`, async () => {
      await pause(QUIET_MS);
      const now = await sessionOf(role);
      const isSame = isDeepStrictEqual(before, now);
      before = now;
      return isSame ? now : undefined;
    });
  }
  let last = '';
  const says = (role: Role, what: RegExp): Promise<unknown> =>
    until(
      () => `${role}: ${what}, not ${last}\n${daemon.stderr()}`,
      async () => {
        last = await shown(role);
        return what.test(last);
      },
    );

  beforeAll(async () => {
    place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-'));
    config = path.join(place, 'ha2bgp.yaml');
    host = await addNamespace('host');
    await host.ip('address', 'add', `${SERVICE.ipv4}/32`, 'dev', 'lo');
    for (const [index, role] of ROLES.entries()) {
      const namespace = await addNamespace(`router${index}`);
      namespaces.push(namespace);
      await connect(
        { namespace: host, device: `up${index}`, addresses: [`${hostAt(role)}/24`] },
        { namespace, device: 'down0', addresses: [`${routerAt(role)}/24`] },
      );
      const neighbor = { address: hostAt(role), as: HOST.as, localAddress: routerAt(role), holdTime: 90 };
      const options = { namespace, place, as: asOf(role), routerId: routerAt(role) };
      const neighbors = [{ ...neighbor, families: ['ipv4'] as const, passive: role !== 'added' }];
      routers.set(role, await startRouter(KINDS[role], { ...options, neighbors, name: role }));
    }
    served = await listen([`${SERVICE.ipv4}:80`], host.enter);
    fs.writeFileSync(config, BEFORE);
    const environment = { HA2BGP_STATE_DIR: undefined };
    daemon = startDaemon(['run', '--config', config], { env: environment }, host.enter);
  }, 120_000);

  afterAll(async () => {
    await daemon?.stop();
    await Promise.all([...routers.values()].map((router) => router.stop()));
    await stopAll();
    await host?.remove();
    for (const namespace of namespaces) await namespace.remove();
    fs.rmSync(place, { recursive: true, force: true });
  }, 120_000);

  const ALL = ['100.64.0.1/32', `${SERVICE.ipv4}/32`, '100.64.0.2/32'];

  it('moves only what changed', async () => {
    for (const role of ROLES.filter((each) => each !== 'added')) await has(role, ALL);
    const untouched = ['stays', 'staysToo', 'told', 'toldToo'] as const;
    const before = await Promise.all(untouched.map(settled));
    const reset = await Promise.all([sessionOf('anew'), sessionOf('anewToo')]);

    fs.writeFileSync(config, AFTER);
    daemon.child.kill('SIGHUP');
    await daemon.logged('"reloaded"');
    for (const role of ['told', 'toldToo'] as const) {
      await has(role, [`${SERVICE.ipv4}/32`, '100.64.0.2/32'], { med: 7 });
    }
    await says('gone', /Last error: +Received: Peer de-configured/);
    await says('goneToo', /"lastNotificationReason": *"Cease\\?\/Peer (Unconfigured|De-?configured)"/);
    await hasRoutes(routerOf('gone'), [], more);
    for (const role of ['anew', 'anewToo'] as const) {
      await hasSession(routerOf(role), undefined, more);
      await has(role, ALL);
      await until(`${role}: its hold time`, async () => (await routerOf(role).session()).holdTime === 9);
    }
    expect(daemon.count('told the peer: cease, other configuration change (6/6)')).toBe(2);
    await hasSession(routerOf('added'), undefined, more);
    await has('added', ALL);

    const after = await Promise.all(untouched.map(sessionOf));
    const [stays, staysToo, told, toldToo] = after;
    expect([stays, staysToo]).toEqual(before.slice(0, 2));
    for (const [index, session] of [told, toldToo].entries()) {
      const { since } = before[index + 2] as { readonly since: unknown };
      expect(session).toMatchObject({ since, isEstablished: true });
    }
    expect(await Promise.all([sessionOf('anew'), sessionOf('anewToo')])).not.toEqual(reset);
    expect(daemon.count('"session down"')).toBe(4);
  }, 240_000);

  it('is nothing for those who stay when what is announced is another thing', async () => {
    const before = (await sessionOf('stays')) as { readonly since: unknown };
    fs.writeFileSync(
      config,
      AFTER.replace(', 100.64.0.2/32', ', 100.64.0.3/32').replace('announce-delay', 'med: 3\nannounce-delay'),
    );
    daemon.child.kill('SIGHUP');
    for (const role of ['stays', 'staysToo', 'anew', 'added'] as const) {
      await has(role, ['100.64.0.1/32', `${SERVICE.ipv4}/32`, '100.64.0.3/32'], { med: 3 });
    }
    expect(await sessionOf('stays')).toMatchObject({ since: before.since, isEstablished: true });
    await served.stop();
    await has('stays', ['100.64.0.1/32', '100.64.0.3/32'], { med: 3 });
  }, 240_000);
});
