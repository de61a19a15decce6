/**
 * Silence: what stands still is given up after the hold time, by either side, and has everything again when it goes on. The
 * routers are given the shortest hold time there is (RFC 4271 §4.2); the lower one of both sides is in force.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import { INSTALLED_ROUTERS, type Router } from '../../helpers/router.ts';
import { hasNoSession, hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import { addSpeakerLink, peer, plain, type SpeakerLink } from '../../helpers/speaker-link.ts';

const SHORTEST = 3;
const PREFIXES = ['100.64.0.1/32', '2001:db8:64::1/128'];

describeInterop('a side that stands still', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  const has = (...prefixes: readonly string[]): Promise<void> =>
    hasRoutes(
      router,
      prefixes.map((prefix) => plain(prefix)),
      logOf(() => daemon),
    );

  beforeAll(async () => {
    link = await addSpeakerLink();
  });
  afterEach(async () => {
    daemon?.child.kill('SIGCONT');
    router?.signal('SIGCONT');
    await daemon?.stop();
    await router?.stop();
  });
  afterAll(async () => {
    await stopAll();
    await link?.remove();
  });

  describe.each(INSTALLED_ROUTERS)('%s', (kind) => {
    it('gives us up after the hold time, and has everything again when we go on', async () => {
      router = await link.start(kind, { holdTime: SHORTEST });
      daemon = link.run([...peer(), '--static', PREFIXES.join(' ')]);
      await has(...PREFIXES);
      expect(await router.session()).toMatchObject({ holdTime: SHORTEST });
      daemon.child.kill('SIGSTOP');
      await has();
      await hasNoSession(router);
      daemon.child.kill('SIGCONT');
      await has(...PREFIXES);
    }, 300_000);

    it('is given up by us after the hold time, and has everything again when it goes on', async () => {
      router = await link.start(kind);
      daemon = link.run([...peer(`hold-time=${SHORTEST}s`), '--static', PREFIXES.join(' ')]);
      await has(...PREFIXES);
      expect(await router.session()).toMatchObject({ holdTime: SHORTEST });
      router.signal('SIGSTOP');
      await daemon.logged('nothing came from the peer for the hold time');
      router.signal('SIGCONT');
      await has(...PREFIXES);
    }, 300_000);
  });
});
