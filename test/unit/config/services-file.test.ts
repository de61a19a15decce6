import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseServices, readServices } from '../../../src/config/services-file.ts';

describe('parseServices', () => {
  const services = parseServices(`# a comment
http\t\t80/tcp\t\twww\t# WorldWideWeb HTTP
domain 53/tcp
 domain 53/udp nameserver   dns
exec 512/tcp
exec 513/udp
late 1/tcp
late 2/tcp
sctp-only 9/sctp
spaces 99/tcp   \t
high 65535/udp
too-high 65536/tcp
no-protocol 7
nothing
#hidden 8/tcp
behind 10/tcp # alias
`);

  it.each([
    ['http', [80]],
    ['www', [80]],
    ['domain', [53]],
    ['nameserver', [53]],
    ['dns', [53]],
    ['exec', [512, 513]],
    ['late', [1]],
    ['spaces', [99]],
    ['high', [65_535]],
    ['behind', [10]],
  ])('knows %s', (name, ports) => {
    expect(services.get(name)).toEqual(ports);
  });

  it.each([
    '',
    'sctp-only',
    'too-high',
    'no-protocol',
    'nothing',
    'hidden',
    '#hidden',
    'alias',
    '#',
    'HTTP',
    'toString',
  ])('does not know %j', (name) => {
    expect(services.get(name)).toBeUndefined();
  });
});

describe('readServices', () => {
  it('takes a missing file for one without names', () => {
    expect(parseServices(readServices(path.join(import.meta.dirname, 'no-such-file'))).size).toBe(0);
  });

  it('reads a file', () => {
    expect(readServices(import.meta.filename)).toContain('parseServices');
  });
});
