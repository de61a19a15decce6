import { expect, it } from 'vitest';
import type { Prefix } from '../../../src/model/address.ts';
import { routeKey } from '../../../src/model/route.ts';
import { createKeys, prefixIn } from '../../../src/sink/keys.ts';

const P = '10.0.0.1/32' as Prefix;
const OTHER = '10.0.0.2/32' as Prefix;

it('remembers the scopes that there were, and none of the prefixes, which come and go without end', () => {
  const [plain, path, neighbors] = [
    routeKey({ prefix: P }),
    routeKey({ prefix: P, scope: { pathInformation: 7 } }),
    routeKey({ prefix: P, scope: { neighbors: ['192.0.2.1', '192.0.2.2'] as never } }),
  ];
  const keys = createKeys([plain, path]);
  expect([...keys.of(P)]).toEqual([plain, path]);
  keys.add([neighbors]);
  expect([...keys.of(P)]).toEqual([plain, path, neighbors]);
  expect([...keys.of(OTHER)].map(prefixIn)).toEqual([OTHER, OTHER, OTHER]);
  expect([...keys.of(OTHER)][1]).toBe(routeKey({ prefix: OTHER, scope: { pathInformation: 7 } }));
});
