/** Roles (RFC 9234) with routers that have them, and with routers that have none: what each of both sides says and shows. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../../src/model/peer.ts';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import type { Router } from '../../helpers/router.ts';
import { hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import type { RouterRoute } from '../../helpers/routers/kind.ts';
import { addSpeakerLink, HOST, peer, plain, type SpeakerLink } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

const PREFIXES = ['100.64.0.1/32', '2001:db8:64::1/128'] as const;
const STATIC = ['--static', PREFIXES.join(' ')];
/** RFC 9234 §4.2, table 2; §5: OTC as the router has it, of routes that it did not put one on itself. */
const PAIRS: readonly (readonly [ours: Role, theirs: Role, otc: number | undefined])[] = [
  ['provider', 'customer', HOST.as],
  ['customer', 'provider', undefined],
  ['rs-server', 'rs-client', HOST.as],
  ['rs-client', 'rs-server', undefined],
  ['peer', 'peer', HOST.as],
];
const ADVICE = /our role is customer.*make it provider there, or change role here/;

describeInterop('roles', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  const log = logOf(() => daemon);
  const has = (more: Partial<RouterRoute> = {}): Promise<void> =>
    hasRoutes(
      router,
      PREFIXES.map((prefix) => plain(prefix, more)),
      log,
    );

  const logs = async (what: RegExp): Promise<void> =>
    void (await until(
      () => `${what} in ${log()}\n---- ${router.said()}`,
      () => what.test(log()),
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

  describe.each(['bird', 'frr', 'openbgpd', 'bird-2.17', 'bird-3', 'frr-10'] as const)('%s', (kind) => {
    it.each(PAIRS)(
      'has us as %s where it is %s, both strict',
      async (ours, theirs, otc) => {
        router = await link.start(kind, { role: theirs, strictRole: true });
        daemon = link.run([...peer(`role=${ours}`, 'strict-role'), ...STATIC]);
        await has(otc === undefined ? {} : { otc });
        expect(await router.session()).toMatchObject({ isEstablished: true, role: ours });
        await daemon.logged(`"role":"${ours}","peerRole":"${theirs}","msg":"session up"`);
      },
      120_000,
    );

    it('has no session with a role that does not go with its own, and we say what to do', async () => {
      router = await link.start(kind, { role: 'customer' });
      daemon = link.run([...peer('role=customer'), ...STATIC]);
      await logs(ADVICE);
      expect((await router.session()).isEstablished).toBe(false);
    }, 120_000);

    it('has no session without its role where we are strict', async () => {
      router = await link.start(kind);
      daemon = link.run([...peer('role=customer', 'strict-role'), ...STATIC]);
      await daemon.logged('the peer names no role: make it provider there, or leave strict-role out here');
      expect((await router.session()).isEstablished).toBe(false);
    }, 120_000);

    it('has no session without ours where it is strict, and we say what to do', async () => {
      router = await link.start(kind, { role: 'provider', strictRole: true });
      daemon = link.run([...peer(), ...STATIC]);
      await logs(/role mismatch \(2\/11\).*: it wants to hear a role of us: say role for this peer/);
    }, 120_000);

    it('has OTC with the AS that it knows us by', async () => {
      router = await link.start(kind, { as: 65_009, role: 'peer' });
      daemon = link.run([...peer('local-as=65009', 'role=peer'), ...STATIC]);
      await has({ asPath: [65_009], otc: 65_009 });
    }, 120_000);
  });

  describe.each(['bird', 'frr', 'openbgpd'] as const)('%s without a role', (kind) => {
    it('has its routes all the same', async () => {
      router = await link.start(kind);
      daemon = link.run([...peer('role=customer'), ...STATIC]);
      await has();
      await daemon.logged('"role":"customer","peerRole":"none","msg":"session up"');
    }, 120_000);
  });

  describe.each(['gobgp', 'exabgp'] as const)('%s, which knows no roles', (kind) => {
    it('has its routes with OTC, which says nothing to it', async () => {
      router = await link.start(kind);
      daemon = link.run([...peer('role=provider'), ...STATIC]);
      await has();
    }, 120_000);

    it('has no session where we are strict', async () => {
      router = await link.start(kind);
      daemon = link.run([...peer('role=provider', 'strict-role'), ...STATIC]);
      await daemon.logged('the peer names no role: make it customer there, or leave strict-role out here');
    }, 120_000);
  });
});
