/** Capabilities, PURE: RFC 5492 §4, each with its own RFC. */
import { join, NO_BYTES, u16, u32 } from '../../bytes/join.ts';
import { Reader } from '../../bytes/reader.ts';
import type { Family } from '../../model/address.ts';
import { CAPABILITY } from './codes.ts';

export type Capability =
  /** RFC 4760 §8. */
  | { readonly type: 'multiprotocol'; readonly afi: number; readonly safi: number }
  /** RFC 2918. */
  | { readonly type: 'routeRefresh' }
  /** RFC 8950 §4: which next hops go with which routes. */
  | {
      readonly type: 'extendedNextHop';
      readonly entries: readonly { readonly afi: number; readonly safi: number; readonly nextHopAfi: number }[];
    }
  /** RFC 8654. */
  | { readonly type: 'extendedMessage' }
  /** RFC 9234 §4.1. */
  | { readonly type: 'role'; readonly role: number }
  /** RFC 4724 §3, RFC 8538 §2. `time` in seconds. */
  | {
      readonly type: 'gracefulRestart';
      readonly isRestarting: boolean;
      readonly hasNotification: boolean;
      readonly time: number;
      readonly families: readonly { readonly afi: number; readonly safi: number; readonly isForwarding: boolean }[];
    }
  /** RFC 6793 §3. */
  | { readonly type: 'fourOctetAs'; readonly as: number }
  /** RFC 7911 §4. */
  | {
      readonly type: 'addPath';
      readonly entries: readonly {
        readonly afi: number;
        readonly safi: number;
        readonly mode: 'receive' | 'send' | 'both';
      }[];
    }
  /** RFC 7313. */
  | { readonly type: 'enhancedRouteRefresh' }
  /** Anything else, and one of the above whose value makes no sense (RFC 5492 §5: then it is ignored). */
  | { readonly type: 'unknown'; readonly code: number; readonly value: Uint8Array };

export const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

//  0                   1
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
// +---------------+---------------+---------------------
// |     code      |    length     | value …
// +---------------+---------------+---------------------

/** A capability as it stands on the wire. */
export interface RawCapability {
  readonly code: number;
  readonly value: Uint8Array;
}

const ADD_PATH_MODES = ['receive', 'send', 'both'] as const;
/** RFC 4724 §3, RFC 8538 §2: flags above the 12 bits of the time. */
const RESTART = { isRestarting: 0x8000, hasNotification: 0x4000, time: 0x0fff } as const;
const IS_FORWARDING = 0x80;
const ENTRY_LENGTH = { extendedNextHop: 6, gracefulRestart: 4, addPath: 4 } as const;

export function encodeCapability(capability: Capability): Uint8Array {
  const { code, value } = rawOf(capability);
  if (value.length > 0xff) throw new RangeError(`a capability of ${value.length} octets`);
  return join(Uint8Array.of(code, value.length), value);
}

function rawOf(capability: Capability): RawCapability {
  switch (capability.type) {
    case 'multiprotocol':
      return { code: CAPABILITY.multiprotocol, value: join(u16(capability.afi), Uint8Array.of(0, capability.safi)) };
    case 'routeRefresh':
    case 'extendedMessage':
    case 'enhancedRouteRefresh':
      return { code: CAPABILITY[capability.type], value: NO_BYTES };
    case 'extendedNextHop':
      return {
        code: CAPABILITY.extendedNextHop,
        value: join(
          ...capability.entries.flatMap(({ afi, safi, nextHopAfi }) => [u16(afi), u16(safi), u16(nextHopAfi)]),
        ),
      };
    case 'role':
      return { code: CAPABILITY.role, value: Uint8Array.of(capability.role) };
    case 'gracefulRestart':
      return {
        code: CAPABILITY.gracefulRestart,
        value: join(
          u16(
            (capability.isRestarting ? RESTART.isRestarting : 0) |
              (capability.hasNotification ? RESTART.hasNotification : 0) |
              (capability.time & RESTART.time),
          ),
          ...capability.families.flatMap(({ afi, safi, isForwarding }) => [
            u16(afi),
            Uint8Array.of(safi, isForwarding ? IS_FORWARDING : 0),
          ]),
        ),
      };
    case 'fourOctetAs':
      return { code: CAPABILITY.fourOctetAs, value: u32(capability.as) };
    case 'addPath':
      return {
        code: CAPABILITY.addPath,
        value: join(
          ...capability.entries.flatMap(({ afi, safi, mode }) => [
            u16(afi),
            Uint8Array.of(safi, ADD_PATH_MODES.indexOf(mode) + 1),
          ]),
        ),
      };
    case 'unknown':
      return capability;
    default:
      return capability satisfies never;
  }
}

/** What the octets mean; `unknown` where they mean nothing to us, or nothing at all. Never throws. */
export function decodeCapability({ code, value }: RawCapability): Capability {
  return known(code, value) ?? { type: 'unknown', code, value };
}

function known(code: number, value: Uint8Array): Capability | undefined {
  const { length } = value;
  const reader = new Reader(value);
  switch (code) {
    case CAPABILITY.multiprotocol: {
      if (length !== 4) return undefined;
      const afi = reader.u16();
      reader.skip(1);
      return { type: 'multiprotocol', afi, safi: reader.u8() };
    }
    case CAPABILITY.routeRefresh:
      return length === 0 ? { type: 'routeRefresh' } : undefined;
    case CAPABILITY.extendedNextHop: {
      const entries = entriesOf(reader, ENTRY_LENGTH.extendedNextHop, () => ({
        afi: reader.u16(),
        safi: reader.u16(),
        nextHopAfi: reader.u16(),
      }));
      return entries && { type: 'extendedNextHop', entries };
    }
    case CAPABILITY.extendedMessage:
      return length === 0 ? { type: 'extendedMessage' } : undefined;
    case CAPABILITY.role:
      return length === 1 ? { type: 'role', role: reader.u8() } : undefined;
    case CAPABILITY.gracefulRestart: {
      if (length < 2) return undefined;
      const word = reader.u16();
      const families = entriesOf(reader, ENTRY_LENGTH.gracefulRestart, () => ({
        afi: reader.u16(),
        safi: reader.u8(),
        isForwarding: (reader.u8() & IS_FORWARDING) !== 0,
      }));
      return (
        families && {
          type: 'gracefulRestart',
          isRestarting: (word & RESTART.isRestarting) !== 0,
          hasNotification: (word & RESTART.hasNotification) !== 0,
          time: word & RESTART.time,
          families,
        }
      );
    }
    case CAPABILITY.fourOctetAs:
      return length === 4 ? { type: 'fourOctetAs', as: reader.u32() } : undefined;
    case CAPABILITY.addPath: {
      const entries = entriesOf(reader, ENTRY_LENGTH.addPath, () => ({
        afi: reader.u16(),
        safi: reader.u8(),
        mode: ADD_PATH_MODES[reader.u8() - 1],
      }));
      // RFC 7911 §4: with any other value the capability is not understood.
      return entries?.every(hasMode) ? { type: 'addPath', entries } : undefined;
    }
    case CAPABILITY.enhancedRouteRefresh:
      return length === 0 ? { type: 'enhancedRouteRefresh' } : undefined;
    default:
      return undefined;
  }
}

type AddPathMode = (typeof ADD_PATH_MODES)[number];
const hasMode = <T extends { readonly mode: AddPathMode | undefined }>(
  entry: T,
): entry is T & { readonly mode: AddPathMode } => entry.mode !== undefined;

/** All that is left, in entries of one length; `undefined` when they do not fill it. */
function entriesOf<T>(reader: Reader, length: number, entry: () => T): T[] | undefined {
  if (reader.remaining % length !== 0) return undefined;
  return Array.from({ length: reader.remaining / length }, entry);
}
