/** What is agreed on with each router, as far as it can be made to want something else than usual. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import { programOf, ROUTER_NAMES, type Router } from '../../helpers/router.ts';
import { hasNoSession, hasRoutes, hasSession, logOf, withoutLinkLocal } from '../../helpers/routers/expecting.ts';
import type { RouterRoute } from '../../helpers/routers/kind.ts';
import { addSpeakerLink, HOST, peer, plain, ROUTER, type SpeakerLink } from '../../helpers/speaker-link.ts';

const PREFIXES = ['100.64.0.1/32', '2001:db8:64::1/128'] as const;
const STATIC = ['--static', PREFIXES.join(' ')];
/** RFC 6793 §9. */
const AS_TRANS = 23_456;
const LARGE_AS = 4_200_000_000;
/** 3,600 octets for all of them, and 5 for each prefix: one message of the longer kind, or three others. */
const MANY = {
  prefixes: Array.from({ length: 250 }, (_, index) => `100.64.0.${index}/32`).sort(),
  extendedCommunities: Array.from({ length: 450 }, (_, index) => `target:1:${index}`).sort(),
};
const IPV6_SESSION = { address: HOST.ipv6, as: HOST.as, localAddress: ROUTER.ipv6 };

/** Others of these releases take none, or have them without a way to tell. */
const TAKES_LONG_MESSAGES = ROUTER_NAMES.filter((kind) => !['gobgp', 'openbgpd', 'exabgp'].includes(kind));
/** ExaBGP has no routes to keep. */
const KEEPS_ROUTES = ROUTER_NAMES.filter((kind) => kind !== 'exabgp');

describeInterop('what is agreed on with a router', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  const log = logOf(() => daemon);
  const has = (...routes: readonly RouterRoute[]): Promise<void> => hasRoutes(router, routes, log);

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

  // FRR and GoBGP always have four octets.
  describe.each(['bird', 'openbgpd', 'exabgp'] as const)('%s with AS numbers of two octets', (kind) => {
    it('has larger ones of a path all the same: AS_TRANS in AS_PATH, and themselves in AS4_PATH', async () => {
      router = await link.start(kind, { twoOctetAs: true });
      daemon = link.run([...peer(), '--static', `${PREFIXES.join(' ')},as-path=${HOST.as},as-path=${LARGE_AS}`]);
      await has(...PREFIXES.map((prefix) => plain(prefix, { asPath: [HOST.as, LARGE_AS] })));
    }, 120_000);
  });

  // Nor does BIRD take such a neighbor.
  describe.each(['openbgpd', 'exabgp'] as const)('%s with AS numbers of two octets', (kind) => {
    it('has a larger AS of ours', async () => {
      // OpenBGPD looks at our capability even where it offers none itself.
      router = await link.start(kind, { twoOctetAs: true, as: kind === 'exabgp' ? AS_TRANS : LARGE_AS });
      daemon = link.run([...peer(`local-as=${LARGE_AS}`), ...STATIC]);
      await has(...PREFIXES.map((prefix) => plain(prefix, { asPath: [LARGE_AS] })));
    }, 120_000);
  });

  describe.each(ROUTER_NAMES)('%s', (kind) => {
    it('has a larger AS of ours', async () => {
      router = await link.start(kind, { as: LARGE_AS });
      daemon = link.run([...peer(`local-as=${LARGE_AS}`), ...STATIC]);
      await has(...PREFIXES.map((prefix) => plain(prefix, { asPath: [LARGE_AS] })));
    }, 120_000);

    it('has only the family that it offers; the other is held', async () => {
      router = await link.start(kind, { families: ['ipv6'] });
      daemon = link.run([...peer(), ...STATIC]);
      await has(plain(PREFIXES[1]));
      await daemon.logged('"family":"ipv4","why":"the peer does not take the family","msg":"not all routes are told"');
    }, 120_000);

    it('has IPv6 routes over IPv6 with both our addresses, and IPv4 routes that name a next hop', async () => {
      router = await link.start(kind, {}, { neighbors: [IPV6_SESSION] });
      daemon = link.run([
        ...['--peer', `${ROUTER.ipv6},as=${ROUTER.as},nexthop-ipv4=${HOST.ipv4},extended-next-hop=false`, ...STATIC],
      ]);
      await has(...PREFIXES.map((prefix) => plain(prefix)));
      const hops = (await router.routes()).find(({ prefix }) => prefix === PREFIXES[1])?.nextHops;
      // GoBGP and OpenBGPD show the first only.
      if (!['gobgp', 'openbgpd'].includes(programOf(kind)))
        expect(hops).toEqual([HOST.ipv6, expect.stringMatching(/^fe80:/)]);
    }, 120_000);

    it('keeps a session without keepalives', async () => {
      router = await link.start(kind);
      daemon = link.run([...peer('hold-time=0'), ...STATIC]);
      await has(...PREFIXES.map((prefix) => plain(prefix)));
      expect(await router.session()).toMatchObject({ isEstablished: true, holdTime: 0 });
    }, 120_000);
  });

  describe.each(ROUTER_NAMES.filter((kind) => kind !== 'openbgpd'))('%s', (kind) => {
    it('has IPv4 routes with an IPv6 next hop', async () => {
      router = await link.start(kind, {}, { neighbors: [{ ...IPV6_SESSION, extendedNextHop: true }] });
      daemon = link.run(['--peer', `${ROUTER.ipv6},as=${ROUTER.as}`, ...STATIC]);
      await hasSession(router, HOST.ipv6, log);
      await has(...PREFIXES.map((prefix) => plain(prefix, { nextHops: [HOST.ipv6] })));
    }, 120_000);
  });

  describe.each(TAKES_LONG_MESSAGES)('%s', (kind) => {
    it('is told in messages of more than 4096 octets', async () => {
      router = await link.start(kind, { extendedMessages: true });
      const { prefixes, extendedCommunities } = MANY;
      const values = extendedCommunities.map((each) => `extended-community=${each}`);
      daemon = link.run([...peer(), '--static', [prefixes.join(' '), ...values].join(',')]);
      await has(...prefixes.map((prefix) => plain(prefix, { extendedCommunities })));
      const { updates, hasLongMessages } = await router.session();
      // BIRD counts routes; the others messages: one, and the end of each family.
      if (programOf(kind) === 'bird') expect(hasLongMessages).toBe(true);
      else expect(updates).toBe(3);
    }, 120_000);
  });

  describe.each(KEEPS_ROUTES)('%s', (kind) => {
    it('keeps routes while we are away for a restart, and drops what does not come again; all when we go', async () => {
      router = await link.start(kind, { gracefulRestart: true });
      const words = peer('graceful-restart=120s');
      daemon = link.run([...words, '--static', '100.64.0.1/32 100.64.0.2/32']);
      await has(plain('100.64.0.1/32'), plain('100.64.0.2/32'));
      await daemon.stop('SIGKILL');
      await hasNoSession(router);
      expect(withoutLinkLocal(await router.routes())).toEqual([plain('100.64.0.1/32'), plain('100.64.0.2/32')]);
      daemon = link.run([...words, '--static', '100.64.0.2/32 100.64.0.3/32']);
      await has(plain('100.64.0.2/32'), plain('100.64.0.3/32'));
      expect(await daemon.stop()).toBe(0);
      await hasRoutes(router, []);
    }, 120_000);
  });
});
