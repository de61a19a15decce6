/**
 * A drain, as real routers see it: the community of RFC 8326 beside whatever a peer is told otherwise, and LOCAL_PREF 0 where
 * the peer is internal; then nothing; then all as before.
 */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { type Operated, startOperated } from '../../helpers/operated.ts';
import { describeInterop } from '../../helpers/peers.ts';
import { listen, stopAll } from '../../helpers/processes.ts';
import type { RouterName } from '../../helpers/router.ts';
import { hasRoutes } from '../../helpers/routers/expecting.ts';
import { addSpeakerLink, HOST, plain, ROUTER, SERVICE, type SpeakerLink } from '../../helpers/speaker-link.ts';

const ALL = { type: 'all' } as const;
const ANNA = { by: 'anna', why: '' };
const WORDS = [
  ...['--bgp-backend', 'speaker', '--local-as', String(HOST.as), '--router-id', HOST.ipv4],
  ...['--network', '100.64.0.0/24', '--announce-delay', '0', '--static', '100.64.0.200/32,community=65000:3'],
  ...['--community', '65000:1', '--drain-time', '24h'],
];

describeInterop('a drain', () => {
  let link: SpeakerLink;
  let daemon: Operated | undefined;
  beforeAll(async () => {
    link = await addSpeakerLink();
    await listen([`${SERVICE.ipv4}:80`], link.host.enter);
  });
  afterEach(async () => {
    await daemon?.stop();
  });
  afterAll(async () => {
    await stopAll();
    await link?.remove();
  });

  it.each<[RouterName, 'internal' | 'external']>([
    ['bird', 'external'],
    ['bird', 'internal'],
    ['frr', 'external'],
    ['frr', 'internal'],
    ['openbgpd', 'external'],
    ['exabgp', 'external'],
  ])('is seen by %s, an %s peer, which is told more than others', async (kind, relation) => {
    const isInternal = relation === 'internal';
    const as = isInternal ? HOST.as : ROUTER.as;
    const router = await link.start(kind, {}, { as });
    try {
      const words = `${ROUTER.ipv4},as=${as},community=65000:9${isInternal ? ',local-preference=300' : ''}`;
      daemon = await startOperated([...WORDS, '--peer', words], link.host.enter, { HA2BGP_STATE_DIR: undefined });
      const sees = (communities: readonly string[], localPreference: number): Promise<void> =>
        hasRoutes(
          router,
          [`${SERVICE.ipv4}/32`, '100.64.0.200/32'].map((prefix) =>
            plain(prefix, {
              communities: [...communities].sort(),
              ...(isInternal && { asPath: [], localPreference }),
            }),
          ),
        );
      await sees(['65000:9'], 300);
      await daemon.drain({ ...ANNA, target: ALL, for: undefined });
      await sees(['65000:9', 'graceful-shutdown'], 0);
      await daemon.undrain({ target: ALL, by: 'anna' });
      await sees(['65000:9'], 300);
      for (const prefix of [`${SERVICE.ipv4}/32`, '100.64.0.200/32'] as Prefix[]) {
        await daemon.set({ ...ANNA, prefix, to: 'down', ttl: undefined });
      }
      await hasRoutes(router, []);
      expect((await daemon.summary()).services['set-down']).toBe(2);
    } finally {
      await router.stop();
    }
  });
});
