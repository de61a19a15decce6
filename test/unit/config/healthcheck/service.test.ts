import { describe, expect, it } from 'vitest';
import { chooseFound, type Declaration, declare } from '../../../../src/config/healthcheck/service.ts';
import { resolveHealthcheck } from '../../../../src/config/healthcheck/settings.ts';
import type { IpAddress, Prefix } from '../../../../src/model/address.ts';

function declared(words: string, found: readonly string[] = []): Declaration {
  const { settings, problems, unknown } = resolveHealthcheck(words.split(' ').filter((word) => word !== ''));
  expect([...problems, ...unknown]).toEqual([]);
  return declare(settings, found as Prefix[]);
}

const problemsOf = (of: Declaration): string[] => of.problems.map(({ place, text }) => `${place}: ${text}`);
const routes = (of: Declaration, state: 'up' | 'down' | 'disabled'): string[] =>
  [...of.service.routes[state]].map(([prefix, { med }]) => `${prefix} ${med}`);

describe('the service', () => {
  it('has a metric for each state, increased from address to address', () => {
    const of = declared('--ip 192.0.2.1 --ip 192.0.2.2 --increase 10');
    expect(routes(of, 'up')).toEqual(['192.0.2.1/32 100', '192.0.2.2/32 110']);
    expect(routes(of, 'down')).toEqual(['192.0.2.1/32 1000', '192.0.2.2/32 1010']);
    expect(routes(of, 'disabled')).toEqual(['192.0.2.1/32 500', '192.0.2.2/32 510']);
  });

  it('has routes only while up with --withdraw-on-down', () => {
    const of = declared('--ip 192.0.2.1 --withdraw-on-down');
    expect([routes(of, 'up').length, routes(of, 'down'), routes(of, 'disabled')]).toEqual([1, [], []]);
  });

  it.each([
    ['0', '1 2 3'],
    ['1', '2 3 1'],
    ['4', '2 3 1'],
    ['-1', '3 1 2'],
  ])('begins with the address --start-ip %s', (at, order) => {
    const of = declared(`--ip 192.0.2.1 --ip 192.0.2.2 --ip 192.0.2.3 --start-ip ${at}`);
    expect(of.service.prefixes.map((prefix) => prefix.slice('192.0.2.'.length, -3)).join(' ')).toBe(order);
  });

  it('takes networks apart when told to, and sets each address up on its device', () => {
    const of = declared('--ip 192.0.2.4/31 --ip 2001:db8::2/127 --ip-ifname 192.0.2.4/31%eth0 --deaggregate-networks');
    expect(of.service.prefixes).toEqual(['192.0.2.4/32', '192.0.2.5/32', '2001:db8::2/128', '2001:db8::3/128']);
    expect(of.addresses.map(({ address, device }) => `${address} ${device}`)).toEqual([
      ...['192.0.2.4 eth0', '192.0.2.5 eth0', '2001:db8::2 lo', '2001:db8::3 lo'],
    ]);
  });

  it('announces what is on lo where no address is named', () => {
    expect(declared('', ['192.0.2.1/32']).service.prefixes).toEqual(['192.0.2.1/32']);
    expect(declared('--ip 192.0.2.2', ['192.0.2.1/32']).service.prefixes).toEqual(['192.0.2.2/32']);
    expect(problemsOf(declared('--label web'))).toEqual([
      '--ip: none given, and lo has no address with the label lo:web to announce',
    ]);
  });

  it('is refused where it is too large, overlaps, or has a metric that there is not', () => {
    expect(problemsOf(declared('--ip 2001:db8::/64'))).toEqual([
      '--ip: 2001:db8::/64: has more than 1024 addresses to set up; with --no-ip-setup none is',
    ]);
    expect(problemsOf(declared('--ip 2001:db8::/64 --no-ip-setup'))).toEqual([]);
    expect(problemsOf(declared('--ip 10.0.0.0/15 --no-ip-setup --deaggregate-networks'))).toEqual([
      '--ip: 10.0.0.0/15: has more than 65536 addresses to announce',
    ]);
    expect(problemsOf(declared('--ip 192.0.2.0/30 --ip 192.0.2.1 --deaggregate-networks'))).toEqual([
      '--ip: networks that overlap: each address can be announced once',
    ]);
    expect(problemsOf(declared('--ip 192.0.2.1 --ip 192.0.2.2 --increase -600'))).toEqual([
      '--up-metric: is -500 for the last address: expected 0 to 4294967295',
      '--disabled-metric: is -100 for the last address: expected 0 to 4294967295',
    ]);
  });

  it.each([
    ['--ip 2001:db8::1', ['--next-hop']],
    ['--ip 2001:db8::1 -N 2001:db8::9', []],
    ['--ip 192.0.2.1', []],
    ['--ip 192.0.2.1 -N 2001:db8::9', ['--next-hop']],
    ['--ip 192.0.2.1 --user nobody', ['--user']],
    ['--ip 192.0.2.1 --user nobody --sudo', []],
    ['--ip 192.0.2.1 --user nobody --no-ip-setup', []],
    ['--ip 192.0.2.1 --group daemon --no-ip-setup --dynamic-ip-setup', ['--group']],
  ])('is warned of what may not be meant: %s', (words, places) => {
    expect(declared(words).warnings.map(({ place }) => place)).toEqual(places);
  });
});

describe('the addresses of lo', () => {
  const shown = [
    ['127.0.0.1', 8, ''],
    ['192.0.2.1', 32, 'web1'],
    ['192.0.2.2', 32, 'web'],
    ['192.0.2.3', 32, ''],
    ['198.51.100.7', 24, ''],
    ['198.51.100.0', 24, ''],
    ['2001:db8::1', 128, ''],
    ['::1', 128, ''],
    ['fe80::1', 128, ''],
  ].map(([address, length, label]) => ({
    address: address as IpAddress,
    length: Number(length),
    label: String(label),
  }));

  it.each([
    ['', false, '192.0.2.1/32 192.0.2.2/32 192.0.2.3/32 198.51.100.0/24 2001:db8::1/128'],
    ['we', false, '192.0.2.1/32 192.0.2.2/32'],
    ['web', true, '192.0.2.2/32'],
  ])('of label "%s", whole: %s', (label, isLabelWhole, expected) => {
    expect(chooseFound(shown, { label, isLabelWhole }).join(' ')).toBe(expected);
  });
});
