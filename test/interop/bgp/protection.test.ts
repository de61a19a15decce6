/**
 * TCP MD5 (RFC 2385) and GTSM (RFC 5082) with each router, where we call and where we are called: both sides alike, and not.
 * What fails is waited for in the kernel's own counters, or in our log.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { run, stopAll } from '../../helpers/processes.ts';
import { INSTALLED_ROUTERS, programOf, ROUTER_NAMES, type Router } from '../../helpers/router.ts';
import { hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import { addSpeakerLink, HOST, peer, plain, type SpeakerLink } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

const PASSWORD = 'correct-horse';
const PREFIX = '100.64.0.1/32';
const LISTENING = ['--bgp-listen', HOST.ipv4];
const calls = { passive: false } as const;

describeInterop('a session that is protected', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  const announce = (words: readonly string[], password?: string): void => {
    daemon = link.run([...words, '--static', PREFIX], { PASSWORD_OF_PEER: password });
  };
  const isUp = (): Promise<void> =>
    hasRoutes(
      router,
      [plain(PREFIX)],
      logOf(() => daemon),
    );
  const isDeaf = async (): Promise<void> => {
    expect(await router.session()).toMatchObject({ isEstablished: false });
    expect(await router.routes()).toEqual([]);
  };
  const isDown = async (): Promise<void> => {
    await isDeaf();
    expect(daemon.stderr()).not.toContain('session up');
  };
  /** Of the namespace, since it was made. */
  const counted = async (name: string, { enter } = link.host): Promise<number> => {
    const [command = '', ...args] = [...enter, 'nstat', '--zeros', '--noupdate', '--ignore', name];
    return Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(await run(command, args))?.[1]);
  };
  /** More than once: what is dropped is sent again. */
  const isCounted = async (name: string, before: number, namespace = link.host): Promise<void> =>
    void (await until(
      () => `${name} growing\n${router.said()}\n${daemon.stderr()}`,
      async () => (await counted(name, namespace)) > before + 2,
      90_000,
    ));

  beforeAll(async () => {
    link = await addSpeakerLink();
  });
  afterEach(async () => {
    await daemon?.stop();
    await router?.stop();
  });
  afterAll(async () => {
    await stopAll();
    await link?.remove();
  });

  describe.each(ROUTER_NAMES)('%s', (kind) => {
    it('takes our call with the right password', async () => {
      router = await link.start(kind, { password: PASSWORD });
      announce(peer('password-env=PASSWORD_OF_PEER'), PASSWORD);
      await isUp();
    }, 120_000);

    it('calls us with the right password', async () => {
      announce([...LISTENING, ...peer('passive', 'password-env=PASSWORD_OF_PEER')], PASSWORD);
      router = await link.start(kind, { ...calls, password: PASSWORD });
      await isUp();
    }, 120_000);
  });

  describe.each(INSTALLED_ROUTERS)('%s', (kind) => {
    it('never hears a call with a wrong password, and we say what to compare', async () => {
      router = await link.start(kind, { password: PASSWORD });
      announce(peer('password-env=PASSWORD_OF_PEER'), 'battery-staple');
      await daemon.logged('a TCP MD5 password that is another one, or only on one side: compare both sides');
      await isDown();
      expect(daemon.stderr()).not.toContain('battery-staple');
    }, 120_000);

    it('is not heard with another password, and not with none', async () => {
      for (const [password, counter] of [
        ['battery-staple', 'TcpExtTCPMD5Failure'],
        [undefined, 'TcpExtTCPMD5NotFound'],
      ] as const) {
        const before = await counted(counter);
        announce([...LISTENING, ...peer('passive', 'password-env=PASSWORD_OF_PEER')], PASSWORD);
        router = await link.start(kind, { ...calls, ...(password !== undefined && { password }) });
        await isCounted(counter, before);
        await isDown();
        await daemon.stop();
        await router.stop();
      }
    }, 240_000);

    it('calls us over one hop', async () => {
      announce([...LISTENING, ...peer('passive', 'ttl-security=1')]);
      router = await link.start(kind, { ...calls, ttlSecurity: true });
      await isUp();
    }, 120_000);

    it('is not heard when it comes from farther than it may', async () => {
      // Who has no GTSM of its own sends with a TTL of 1, or of 64: from more than a hop away, as far as the other can tell.
      const before = await counted('TcpExtTCPMinTTLDrop');
      router = await link.start(kind);
      announce(peer('ttl-security=1'));
      await isCounted('TcpExtTCPMinTTLDrop', before);
      await isDown();
    }, 120_000);
  });

  // ExaBGP 4.2 has GTSM for its own calls alone.
  describe.each(ROUTER_NAMES.filter((kind) => programOf(kind) !== 'exabgp'))('%s', (kind) => {
    it('takes our call over one hop', async () => {
      router = await link.start(kind, { ttlSecurity: true });
      announce(peer('ttl-security=1'));
      await isUp();
    }, 120_000);
  });

  describe.each(INSTALLED_ROUTERS.filter((kind) => kind !== 'exabgp'))('%s', (kind) => {
    it('does not hear us when we come from farther than we may', async () => {
      const before = await counted('TcpExtTCPMinTTLDrop', link.router);
      router = await link.start(kind, { ttlSecurity: true });
      announce(peer());
      await isCounted('TcpExtTCPMinTTLDrop', before, link.router);
      // One that looks at the TTL only after it has accepted hears our OPEN, and we its KEEPALIVE.
      await isDeaf();
    }, 120_000);
  });
});
