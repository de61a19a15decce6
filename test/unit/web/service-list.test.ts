import { describe, expect, it } from 'vitest';
import type { ServiceId } from '../../../src/model/service.ts';
import type { ServiceStateName, ServiceView } from '../../../src/model/view.ts';
import { type Choice, chosen, isInside, sortKey } from '../../../web/service-list.js';
import { serviceOf } from '../../helpers/stage.ts';

const CHOICE: Choice = { text: '', state: undefined, order: 'prefix', isReversed: false };
const prefixes = (services: readonly ServiceView[], choice: Partial<Choice>): string[] =>
  chosen(services, { ...CHOICE, ...choice }).map(({ prefix }) => prefix);

describe('the list of services', () => {
  it('is in the order of numbers, not of digits', () => {
    const inOrder = [
      ...['9.0.0.1/32', '10.0.0.0/8', '10.0.0.0/24', '10.0.0.2/32', '10.0.0.10/32', '192.0.2.1/32'],
      ...[
        '::/0',
        '::1/128',
        '2001:db8::/32',
        '2001:db8::/48',
        '2001:db8::9/128',
        '2001:db8::10/128',
        '2001:db8:1::/48',
        'fd00::1/128',
      ],
    ];
    const keys = inOrder.map(sortKey);
    expect([...keys].sort()).toEqual(keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    ['192.0.2.1/32', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.0/24', true],
    ['192.0.2.0/24', '192.0.2.0/25', false],
    ['192.0.3.1/32', '192.0.2.0/24', false],
    ['192.0.3.1/32', '192.0.2.0/23', true],
    ['2001:db8::1/128', '2001:db8::/32', true],
    ['2001:db9::1/128', '2001:db8::/32', false],
    ['2001:db8:8000::/33', '2001:db8::/33', false],
    ['::1/128', '0.0.0.0/0', false],
    ['::1/128', '::/0', true],
  ])('%s inside %s: %s', (prefix, of, is) => {
    expect(isInside(prefix, of)).toBe(is);
  });

  it('has those first that ask for attention, of those the newest, and those last that nobody waits for', () => {
    const reason = { code: 'outside-networks', stage: 'candidates', sentence: '' } as const;
    const services = [
      serviceOf('192.0.2.1', 'announced', 1_000),
      serviceOf('192.0.2.2', 'down', 9_000, { reason }),
      serviceOf('192.0.2.3', 'drained', 1_000),
      serviceOf('192.0.2.4', 'down', 9_000),
      serviceOf('192.0.2.5', 'down', 1_000),
      serviceOf('192.0.2.6', 'rising', 1_000),
    ];
    expect(
      prefixes(services, { order: 'state' })
        .map((prefix) => prefix.slice(8, 9))
        .join(''),
    ).toBe('546312');
  });

  it('finds what has every word, in prefix, name, kind, state, reason, and who said something by hand', () => {
    const override = {
      kind: 'drain',
      target: 'all',
      by: 'Anna',
      why: 'new disks',
      at: '2026-11-20T12:00:00.000Z',
    } as never;
    const services = [
      serviceOf('192.0.2.1', 'announced', 0, { name: 'dns' as ServiceId, kind: 'checked' }),
      serviceOf('192.0.2.2', 'drained', 0, { overrides: [override] }),
      serviceOf('2001:db8::1', 'down', 0, {
        reason: { code: 'no-carrier', stage: 'health', sentence: 'device eth0 has no carrier' },
      }),
    ];
    const found = (text: string): string[] => prefixes(services, { text });
    expect(found('DNS 192')).toEqual(['192.0.2.1/32']);
    expect(found('anna')).toEqual(['192.0.2.2/32']);
    expect(found('disks drained')).toEqual(['192.0.2.2/32']);
    expect(found('no-carrier')).toEqual(['2001:db8::1/128']);
    expect(found('eth0 announced')).toEqual([]);
    expect(found(' ')).toHaveLength(3);
    expect(prefixes(services, { state: 'down' as ServiceStateName })).toEqual(['2001:db8::1/128']);
  });
});
