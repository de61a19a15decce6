/** Enhanced route refresh (RFC 7313), in the routers' own words. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../../helpers/daemon.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { stopAll } from '../../helpers/processes.ts';
import type { Router } from '../../helpers/router.ts';
import { hasRoutes, logOf } from '../../helpers/routers/expecting.ts';
import { addSpeakerLink, peer, plain, type SpeakerLink } from '../../helpers/speaker-link.ts';
import { until } from '../../helpers/until.ts';

const PREFIXES = ['100.64.0.1/32', '2001:db8:64::1/128'] as const;

describeInterop('what is told again', () => {
  let link: SpeakerLink;
  let router: Router;
  let daemon: Daemon;
  const has = (): Promise<void> =>
    hasRoutes(
      router,
      PREFIXES.map((prefix) => plain(prefix)),
      logOf(() => daemon),
    );

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

  // With graceful restart the End-of-RIB waits until everything is there, and a beginning has to wait for it (§4).
  describe.each([[''], ['graceful-restart=30s']])('with %j', (key) => {
    it.each(['bird', 'frr', 'openbgpd', 'bird-2.17', 'bird-3', 'frr-10', 'openbgpd-8'] as const)(
      'has a beginning and an end for %s, which keeps all its routes',
      async (kind) => {
        router = await link.start(kind, { enhancedRefresh: true });
        daemon = link.run([...peer(...(key === '' ? [] : [key])), '--static', PREFIXES.join(' ')]);
        await has();
        expect((await router.session()).marks).toBe(0);
        for (const asked of [1, 2]) {
          const { updates } = await router.session();
          await router.refresh();
          await until(
            () => `the marks of both families: ${router.said()}\n${daemon.stderr()}`,
            async () => (await router.session()).marks === 4 * asked,
            30_000,
          );
          // An End-of-RIB that came meanwhile is an UPDATE, too.
          expect((await router.session()).updates).toBeGreaterThanOrEqual(updates + 2);
          await has();
        }
        expect(router.said()).not.toMatch(/BEGIN-OF-RR received before|END-OF-RR received without|before EoR/);
        expect(daemon.count('session up')).toBe(1);
        expect(daemon.stderr()).not.toContain('was not negotiated');
      },
      120_000,
    );
  });
});
