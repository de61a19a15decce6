import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enter, type Knock } from '../../../src/api/door.ts';
import { ApiProblem } from '../../../src/api/problem.ts';

const knock = (of: Partial<Omit<Knock, 'header'>> & { headers?: Record<string, readonly string[]> }): Knock => {
  const headers: Record<string, readonly string[]> = { host: ['127.0.0.1'], ...of.headers };
  return { method: 'GET', url: '/v1/status', via: 'tcp', ...of, header: (name) => headers[name] ?? [] };
};
const statusOf = (of: Parameters<typeof knock>[0]): number => {
  try {
    enter(knock(of));
    return 200;
  } catch (error) {
    if (error instanceof ApiProblem) return error.status;
    throw error;
  }
};

describe('an address', () => {
  it('is a path as it came, and a query by its names', () => {
    expect(enter(knock({ url: '/v1/explain/2001:db8::%2F32?a=1&b&c=%C3%A4+x&d=%26' }))).toEqual({
      path: '/v1/explain/2001:db8::%2F32',
      query: new Map([
        ['a', '1'],
        ['b', ''],
        ['c', 'ä x'],
        ['d', '&'],
      ]),
    });
  });

  it('says each thing once', () => {
    expect(statusOf({ url: '/v1/status?name=a&name=b' })).toBe(400);
    expect(statusOf({ url: '/v1/status?n%61me=a&name=b' })).toBe(400);
  });

  it('that goes through means the same however often, and by whomever, it is decoded', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '%2e',
        '%2E%2e',
        '%252e',
        '%2f',
        '%5c',
        '\\',
        '//',
        '/',
        '%00',
        '%',
        '%zz',
        '%ff',
        'v1',
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const url = `/${parts.join('')}`;
        if (statusOf({ url }) !== 200) return;
        const { path } = enter(knock({ url }));
        const decoded = decodeURIComponent(path);
        expect(decodeURIComponent(decoded)).toBe(decoded);
        expect(decoded).not.toMatch(/[\p{Cc}\\]/u);
        // What the URL parser of a browser, or of a proxy, makes of it.
        expect(new URL(decoded.replaceAll('?', '%3F'), 'http://x').pathname.split('/').length).toBe(
          decoded.split('/').length,
        );
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('any request at all', () => {
  it('goes in, or has a status of its own', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('null', 'http://127.0.0.1', 'cross-site', 'same-origin', '[::1]:1'),
    );
    fc.assert(
      fc.property(
        fc.string(),
        fc.dictionary(
          fc.constantFrom('host', 'origin', 'sec-fetch-site', 'sec-fetch-mode', 'authorization', 'content-type'),
          fc.array(value, { maxLength: 2 }),
        ),
        fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS'),
        fc.constantFrom('socket', 'tcp', 'tls'),
        (url, headers, method, via) => {
          expect([200, 400, 403, 414, 421]).toContain(statusOf({ url: `/${url}`, headers, method, via }));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('an origin', () => {
  const from = (origin: string, via: Knock['via']): number =>
    statusOf({ method: 'POST', url: '/v1/drain', via, headers: { origin: [origin] } });

  it('is ours where its host is the one that is asked, over what we speak', () => {
    expect([from('http://127.0.0.1', 'tcp'), from('https://127.0.0.1', 'tls')]).toEqual([200, 200]);
    expect([from('http://127.0.0.1:81', 'tcp'), from('https://127.0.0.1.evil', 'tls')]).toEqual([403, 403]);
    // Somebody on the way may have written a page that came in clear text; and there may be TLS before us.
    expect([from('http://127.0.0.1', 'tls'), from('https://127.0.0.1', 'tcp')]).toEqual([403, 200]);
  });
});

describe('a host', () => {
  it('is any on the control socket and where a certificate says so, and ours by its address otherwise', () => {
    const headers = { host: ['dns.example:8443'] };
    expect([statusOf({ headers }), statusOf({ headers, via: 'tls' }), statusOf({ headers, via: 'socket' })]).toEqual([
      421, 200, 200,
    ]);
  });
});
