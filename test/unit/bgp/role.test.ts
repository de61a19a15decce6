import { describe, expect, it } from 'vitest';
import { localOpen, negotiate } from '../../../src/bgp/negotiate.ts';
import { rolesSaid, roleWanted } from '../../../src/bgp/role.ts';
import type { Capability } from '../../../src/bgp/wire/capability.ts';
import { ROLES, type Role } from '../../../src/model/peer.ts';
import { IPV4, OUR_ID, peerOpen, peerSettings } from '../../helpers/bgp.ts';

/** RFC 9234 §4.1, table 1. */
const CODES = { provider: 0, 'rs-server': 1, 'rs-client': 2, customer: 3, peer: 4 } as const;
/** RFC 9234 §4.2, table 2: the local role, and the remote one. */
const ALLOWED: readonly (readonly [Role, Role])[] = [
  ['provider', 'customer'],
  ['customer', 'provider'],
  ['rs-server', 'rs-client'],
  ['rs-client', 'rs-server'],
  ['peer', 'peer'],
];
const PAIRS = ROLES.flatMap((ours) =>
  ROLES.map((theirs) => ({
    ours,
    theirs,
    isAllowed: ALLOWED.some(([one, other]) => one === ours && other === theirs),
  })),
);

const MISMATCH = { code: 2, subcode: 11, data: new Uint8Array() };
const named = (...roles: readonly number[]): Capability[] => roles.map((role) => ({ type: 'role', role }));

/** What comes of an OPEN with these capabilities: why there is no session, or nothing. */
function whyNot(ours: Role | undefined, isStrict: boolean, roles: readonly Capability[], withheld: number[] = []) {
  const settings = peerSettings(ours === undefined ? {} : { role: { ours, isStrict } });
  const remote = peerOpen({ capabilities: [IPV4, { type: 'fourOctetAs', as: 65002 }, ...roles] });
  const answer = negotiate(localOpen(settings, OUR_ID, new Set(withheld)), remote, settings);
  if (!('notification' in answer)) return undefined;
  expect(answer.notification).toEqual(MISMATCH);
  return answer.detail;
}

describe('roles of both sides (RFC 9234 §4.2)', () => {
  it.each(PAIRS)('$ours here, $theirs there: $isAllowed', ({ ours, theirs, isAllowed }) => {
    for (const isStrict of [false, true]) {
      expect(whyNot(ours, isStrict, named(CODES[theirs])) === undefined).toBe(isAllowed);
    }
  });

  it('that do not go together say what to do', () => {
    expect(whyNot('customer', false, named(4))).toBe(
      'our role is customer, and the peer says peer: make it provider there, or change role here',
    );
  });

  it.each([5, 128, 255])('number %d goes with none', (role) => {
    for (const ours of ROLES) expect(whyNot(ours, false, named(role))).toContain(`the peer says ${role}:`);
  });

  it('may be said several times over, if it is one', () => {
    expect(whyNot('customer', true, named(0, 0, 0))).toBeUndefined();
    const several = 'the peer names several roles, provider and peer: make it provider there';
    expect(whyNot('customer', false, named(0, 4))).toBe(several);
    expect(whyNot('peer', false, named(0, 4))).toContain('several roles');
  });

  it('of a peer that names none: ours holds, unless it is strict', () => {
    for (const ours of ROLES) {
      expect(whyNot(ours, false, [])).toBeUndefined();
      expect(whyNot(ours, true, [])).toMatch(/^the peer names no role: make it .*, or leave strict-role out here$/);
    }
  });

  it('of a peer whose capability makes no sense are as if there were none (RFC 5492 §5)', () => {
    const long: Capability = { type: 'unknown', code: 9, value: Uint8Array.of(0, 0) };
    expect(whyNot('customer', false, [long])).toBeUndefined();
    expect(whyNot('customer', true, [long])).toContain('names no role');
  });

  it('are as strict with a peer that had us leave ours out', () => {
    expect(whyNot('customer', true, [], [9])).toContain('names no role');
    expect(whyNot('customer', false, [], [9])).toBeUndefined();
    expect(whyNot('customer', false, named(4), [9])).toContain('the peer says peer');
  });

  it('are nothing to us where we have none', () => {
    expect(whyNot(undefined, false, named(0, 4))).toBeUndefined();
  });
});

describe('what is said of roles', () => {
  const customer = { ours: 'customer', isStrict: false } as const;
  it('when a session is up', () => {
    expect(rolesSaid(customer, peerOpen({ capabilities: named(0) }))).toEqual({
      role: 'customer',
      peerRole: 'provider',
    });
    expect(rolesSaid(customer, peerOpen())).toEqual({ role: 'customer', peerRole: 'none' });
    expect(rolesSaid(undefined, peerOpen({ capabilities: named(0) }))).toEqual({});
  });

  it('when the peer wants no session for them', () => {
    expect(roleWanted(customer)).toBe('our role is customer: make it provider there, or change role here');
    expect(roleWanted(undefined)).toBe('it wants to hear a role of us: say role for this peer');
  });
});
