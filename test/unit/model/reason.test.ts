import { describe, expect, it } from 'vitest';
import type { IpAddress, Prefix } from '../../../src/model/address.ts';
import { formatDuration, ms } from '../../../src/model/millis.ts';
import { type Reason, type Stage, sentence, stageOf } from '../../../src/model/reason.ts';

type Examples = { readonly [Code in Reason['code']]: readonly [Stage, Extract<Reason, { code: Code }>] };

const LISTENER = '192.0.2.7:8080';
/** Each field has a value of its own, so that a sentence that mixes them up or drops one is seen. */
const EXAMPLES: Examples = {
  'check-undecided': ['health', { code: 'check-undecided', service: 'web-1' }],
  'check-down': ['health', { code: 'check-down', service: 'web-2', detail: 'exit status 7' }],
  'service-disabled': ['health', { code: 'service-disabled', service: 'web-3', file: '/etc/web-3.off' }],
  'address-not-set-up': ['health', { code: 'address-not-set-up', detail: 'Operation not permitted' }],
  'facts-not-read': ['facts', { code: 'facts-not-read' }],
  'not-started': ['facts', { code: 'not-started' }],
  'never-announced': ['candidates', { code: 'never-announced', what: 'multicast' }],
  'outside-networks': [
    'candidates',
    { code: 'outside-networks', networks: ['10.1.0.0/16', '10.2.0.0/16'] as Prefix[] },
  ],
  'loopback-not-asked-for': ['candidates', { code: 'loopback-not-asked-for' }],
  'own-next-hop': ['candidates', { code: 'own-next-hop' }],
  'prefix-too-short': ['candidates', { code: 'prefix-too-short', shortest: 17 }],
  'no-rule': ['candidates', { code: 'no-rule' }],
  'address-missing': ['health', { code: 'address-missing' }],
  'device-not-selected': ['candidates', { code: 'device-not-selected', device: 'eth8', selected: 'eth9' }],
  'label-not-selected': ['candidates', { code: 'label-not-selected', label: 'lo:5', selected: 'lo:6*' }],
  'device-down': ['health', { code: 'device-down', device: 'eth8' }],
  'no-carrier': ['health', { code: 'no-carrier', device: 'eth8' }],
  'address-not-usable': ['health', { code: 'address-not-usable', state: 'tentative' }],
  'no-listener': ['health', { code: 'no-listener' }],
  'listener-not-matched': ['health', { code: 'listener-not-matched', listener: LISTENER, filter: 'sport = :53' }],
  'required-not-listening': ['health', { code: 'required-not-listening', filter: 'sport = :53' }],
  'wildcard-off': ['health', { code: 'wildcard-off', listener: LISTENER }],
  'accept-queue-full': ['health', { code: 'accept-queue-full', listener: LISTENER, limit: ms(2_000) }],
  'wildcard-not-host-route': ['health', { code: 'wildcard-not-host-route', listener: LISTENER, length: 23 }],
  'listener-device-unreachable': ['health', { code: 'listener-device-unreachable', listener: LISTENER }],
  'announce-delay': ['verdict', { code: 'announce-delay', delay: ms(6_000), until: ms(123_456) }],
  dampened: ['verdict', { code: 'dampened', penalty: 2_345, reuse: 987, reuseIn: ms(24_000) }],
  draining: [
    'verdict',
    { code: 'draining', by: 'anna', why: 'new kernel', target: '10.0.0.0/8', withdrawIn: ms(42_000) },
  ],
  drained: ['verdict', { code: 'drained', by: 'berta', why: 'new disk', target: 'all', endsIn: ms(90_000) }],
  'set-down': ['verdict', { code: 'set-down', by: 'carla', why: 'broken', endsIn: ms(1_000) }],
  'discovery-failing': ['verdict', { code: 'discovery-failing', since: ms(123_456) }],
  'facts-stale': ['verdict', { code: 'facts-stale', limit: ms(30_000) }],
  'next-hop-missing': ['routes', { code: 'next-hop-missing' }],
  'max-routes': ['routes', { code: 'max-routes', limit: 4_321 }],
};

const ADDRESS = '198.51.100.33' as IpAddress;
const examples = Object.values(EXAMPLES);
/** What a sentence is about and not only where it stands in time, and what it says in other words. */
const SAID_OTHERWISE = new Set([
  'code',
  'until',
  'since',
  'state',
  'delay',
  'networks',
  'reuseIn',
  'endsIn',
  'withdrawIn',
]);

describe('stageOf', () => {
  it.each(examples)('is %s for $1.code', (stage, reason) => {
    expect(stageOf(reason)).toBe(stage);
  });
});

describe('sentence', () => {
  it('of a drain that ends before it withdraws anything says so', () => {
    const short = { code: 'draining', by: 'anna', why: 'new disk', endsIn: ms(4_000) } as const;
    expect(sentence(ADDRESS, short)).toBe(
      `${ADDRESS} is drained by anna for another 4s, and not withdrawn in so short a time: new disk`,
    );
  });

  it.each(examples)('says all that it knows: %s, $1.code', (_stage, reason) => {
    const text = sentence(ADDRESS, reason);
    expect(text).toMatch(/^[^\n]{20,200}$/);
    expect(text).not.toMatch(/undefined|null|NaN|\[object|\.$/);
    for (const [field, value] of Object.entries(reason)) {
      const said = field === 'limit' && reason.code !== 'max-routes' ? formatDuration(value) : String(value);
      if (!SAID_OTHERWISE.has(field)) expect(text).toContain(said);
    }
  });

  it('is another one for each code', () => {
    expect(new Set(examples.map(([, reason]) => sentence(ADDRESS, reason))).size).toBe(examples.length);
  });

  it('lists every network', () => {
    expect(sentence(ADDRESS, EXAMPLES['outside-networks'][1])).toContain('10.1.0.0/16, 10.2.0.0/16');
  });

  it('writes a delay with its unit', () => {
    expect(sentence(ADDRESS, EXAMPLES['announce-delay'][1])).toContain('for 6s');
  });

  it.each([
    ['tentative', 'tentative'],
    ['dad-failed', 'duplicate'],
    ['temporary', 'temporary'],
  ] as const)('explains the state %s', (state, word) => {
    expect(sentence(ADDRESS, { code: 'address-not-usable', state })).toContain(`${ADDRESS} is `);
    expect(sentence(ADDRESS, { code: 'address-not-usable', state })).toContain(word);
  });

  it.each([
    ['unspecified', 'an unspecified address'],
    ['link-local', 'a link-local address'],
    ['multicast', 'a multicast address'],
    ['broadcast', 'a broadcast address'],
  ] as const)('uses the right article for %s', (what, words) => {
    expect(sentence(ADDRESS, { code: 'never-announced', what })).toContain(words);
  });
});
