import { describe, expect, it } from 'vitest';
import { changeOf, hasOtherPassword } from '../../../src/bgp/peer-change.ts';
import { ms } from '../../../src/model/millis.ts';
import { type PeerSettings, secretOf } from '../../../src/model/peer.ts';
import { ip, peerSettings } from '../../helpers/sessions.ts';

/** Each key, with another value than that of `peerSettings`. */
const OTHER: Required<PeerSettings> = {
  ...{ address: ip('192.0.2.7'), device: 'eth0', port: 1_790, as: 65_009, localAs: 65_008 },
  role: { ours: 'customer', isStrict: false },
  localAddress: ip('192.0.2.2'),
  passive: true,
  password: secretOf('hunter2'),
  ...{ ttlSecurity: 1, multihop: 2, holdTime: 9, connectRetry: ms(9_000) },
  families: ['ipv4'],
  nextHop: { ipv4: ip('192.0.2.3') },
  attributes: { med: 1 },
  only: ['192.0.2.0/24' as PeerSettings['only'][number]],
  ...{ maxPrefix: 5, extendedMessage: false, extendedNextHop: true, addPath: ['ipv6'], gracefulRestart: 30 },
};
const SOFT = ['attributes', 'connectRetry', 'maxPrefix', 'nextHop', 'only'];

describe('a change of settings', () => {
  it('leaves the session up where it is about nothing that was agreed on', () => {
    const softly = (Object.keys(OTHER) as (keyof PeerSettings)[]).filter((name) => {
      const how = changeOf(peerSettings(), peerSettings({ [name]: OTHER[name] }));
      expect(how, name).not.toBe('none');
      return how === 'softly';
    });
    expect(softly.sort()).toEqual(SOFT);
    expect(changeOf(peerSettings(), peerSettings({ maxPrefix: 5, holdTime: 9 }))).toBe('anew');
  });

  it('is none where they mean the same', () => {
    expect(changeOf(peerSettings(OTHER), peerSettings({ ...OTHER, password: secretOf('hunter2') }))).toBe('none');
    const [one, other] = [
      { med: 1, asPath: [1] },
      { asPath: [1], med: 1 },
    ];
    expect(changeOf(peerSettings({ attributes: one }), peerSettings({ attributes: other }))).toBe('none');
  });

  it('is one of the password where that is another one, or none any more', () => {
    const [one, other] = [peerSettings(OTHER), peerSettings({ ...OTHER, password: secretOf('hunter3') })];
    expect(changeOf(one, other)).toBe('anew');
    expect([hasOtherPassword(one, other), hasOtherPassword(one, peerSettings()), hasOtherPassword(one, one)]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
