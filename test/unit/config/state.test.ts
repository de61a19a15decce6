import { describe, expect, it } from 'vitest';
import type { GivenFlags } from '../../../src/config/settings.ts';
import { resolveSettings } from '../../../src/config/settings.ts';
import { instanceName } from '../../../src/config/state.ts';

const nameOf = (flags: GivenFlags): string => instanceName(resolveSettings(flags, {}).settings);

describe('the name of an instance', () => {
  const NETWORK = { network: ['192.0.2.0/24'] };
  const service = (...keys: string[]): GivenFlags => ({ ...NETWORK, service: [['dns', ...keys].join(',')] });

  it('is another where something else is announced', () => {
    const plain = nameOf(NETWORK);
    const dns = nameOf(service('prefixes=192.0.2.53/32'));
    const more = nameOf(service('prefixes=192.0.2.53/32', 'prefixes=192.0.2.54/32'));
    expect(new Set([plain, dns, more, nameOf({ network: ['192.0.2.0/25'] })]).size).toBe(4);
  });

  it('is the same however it is checked: what was said by hand is found again', () => {
    const once = nameOf(service('prefixes=192.0.2.53/32', 'command=dig', 'interval=1s'));
    expect(nameOf(service('prefixes=192.0.2.53/32', 'command=drill', 'rise=7'))).toBe(once);
    expect(nameOf(service('prefixes=192.0.2.53/32'))).toBe(once);
  });

  it('is the one that is given', () => {
    expect(nameOf({ ...NETWORK, name: ['edge'] })).toBe('edge');
  });
});
