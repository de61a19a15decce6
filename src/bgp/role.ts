/** Roles of autonomous systems towards each other, PURE: RFC 9234. Which go together, and what our routes say of ours. */
import type { PeerSettings, Role } from '../model/peer.ts';
import type { Open } from './wire/open.ts';

/** RFC 9234 §4.1, table 1. */
const CODES: Readonly<Record<Role, number>> = { provider: 0, 'rs-server': 1, 'rs-client': 2, customer: 3, peer: 4 };
/** RFC 9234 §4.2, table 2: what the other side of a session is. */
const COUNTERPARTS: Readonly<Record<Role, Role>> = {
  provider: 'customer',
  customer: 'provider',
  'rs-server': 'rs-client',
  'rs-client': 'rs-server',
  peer: 'peer',
};

export const roleCode = (role: Role): number => CODES[role];

/** RFC 9234 §5, egress: towards customers, peers, and clients of a route server. Our role is the other one of each pair. */
export const isOnlyToCustomers = (ours: Role): boolean => ['provider', 'peer', 'rs-server'].includes(ours);

/** Those that a peer names, none twice; what is no role by its number. */
const rolesIn = ({ capabilities }: Open): readonly string[] => [
  ...new Set(capabilities.flatMap((each) => (each.type === 'role' ? [roleName(each.role)] : []))),
];

const roleName = (code: number): string => Object.entries(CODES).find(([, each]) => each === code)?.[0] ?? `${code}`;

/** RFC 9234 §4.2: why there can be no session with that peer, and what to do about it. */
export function whyNoRole({ ours, isStrict }: NonNullable<PeerSettings['role']>, remote: Open): string | undefined {
  const theirs = rolesIn(remote);
  const expected = COUNTERPARTS[ours];
  const [first] = theirs;
  if (first === undefined) {
    // The absence is to be ignored, unless the operator wants it otherwise.
    return isStrict ? `the peer names no role: make it ${expected} there, or leave strict-role out here` : undefined;
  }
  if (theirs.length > 1) return `the peer names several roles, ${theirs.join(' and ')}: make it ${expected} there`;
  if (first === expected) return undefined;
  return `our role is ${ours}, and the peer says ${first}: make it ${expected} there, or change role here`;
}

/** For the log. Beside a peer that names none, ours holds all the same (RFC 9234 §4.2). */
export function rolesSaid(
  role: PeerSettings['role'],
  remote: Open,
): { readonly role?: Role; readonly peerRole?: string } {
  if (role === undefined) return {};
  const [theirs = 'none'] = rolesIn(remote);
  return { role: role.ours, peerRole: theirs };
}

/** What a peer that ends a session for that wants of us (RFC 9234 §4.2). */
export const roleWanted = (role: PeerSettings['role']): string =>
  role === undefined
    ? 'it wants to hear a role of us: say role for this peer'
    : `our role is ${role.ours}: make it ${COUNTERPARTS[role.ours]} there, or change role here`;
