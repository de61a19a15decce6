/** OPEN, PURE: RFC 4271 §4.2 and §6.2, RFC 5492, RFC 9072. */
import { join, u16 } from '../../bytes/join.ts';
import { Reader } from '../../bytes/reader.ts';
import { Writer } from '../../bytes/writer.ts';
import { ANY_IPV4, addressFromBytes, addressToBytes, type IpAddress } from '../../model/address.ts';
import { type Capability, decodeCapability, encodeCapability, type RawCapability } from './capability.ts';
import { ERROR, HEADER_LENGTH, OPEN_ERROR, VERSION } from './codes.ts';
import { encodeMessage } from './header.ts';
import { MalformedError, malformed } from './malformed.ts';

export interface Open {
  readonly version: number;
  /** My Autonomous System, two octets: AS_TRANS for a larger one (RFC 6793). */
  readonly as: number;
  /** Seconds. */
  readonly holdTime: number;
  readonly routerId: IpAddress;
  readonly capabilities: readonly Capability[];
}

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +---------------+
// |    version    |
// +---------------+---------------+
// |     my autonomous system      |
// +-------------------------------+
// |           hold time           |
// +-------------------------------+-------------------------------+
// |                        BGP identifier                         |
// +---------------+-----------------------------------------------+
// |  parameters'  |  parameters: type, length, value …
// |    length     |
// +---------------+
/** Where each field stands in the message. */
export const OPEN_OFFSET = {
  version: HEADER_LENGTH,
  as: HEADER_LENGTH + 1,
  holdTime: HEADER_LENGTH + 3,
  routerId: HEADER_LENGTH + 5,
  parametersLength: HEADER_LENGTH + 9,
  parameters: HEADER_LENGTH + 10,
} as const;
const FIXED_LENGTH = 10;
/** RFC 5492 §4. */
const CAPABILITIES = 2;
/** RFC 9072 §2: as the length, and then as the type of the first parameter; lengths have two octets behind it. */
const EXTENDED = 255;
/** RFC 4271 §4.2: the least hold time but 0. */
const LEAST_HOLD_TIME = 3;

/** A capability where it stands in the message. */
export interface PlacedCapability extends RawCapability {
  readonly offset: number;
}

/** The whole message. All capabilities in one parameter (RFC 5492 §4), in the long form of RFC 9072 only where it has to be. */
export function encodeOpen(open: Open): Uint8Array {
  const capabilities = join(...open.capabilities.map(encodeCapability));
  const parameters = parametersOf(capabilities);
  const body = new Writer(FIXED_LENGTH - 1 + parameters.length)
    .u8(open.version)
    .u16(open.as)
    .u16(open.holdTime)
    .put(addressToBytes(open.routerId))
    .put(parameters)
    .finish();
  return encodeMessage('open', body);
}

/** With their length before them. */
function parametersOf(capabilities: Uint8Array): Uint8Array {
  const { length } = capabilities;
  if (length === 0) return Uint8Array.of(0);
  if (length + 2 < EXTENDED) return join(Uint8Array.of(length + 2, CAPABILITIES, length), capabilities);
  return join(
    Uint8Array.of(EXTENDED, EXTENDED),
    u16(length + 3),
    Uint8Array.of(CAPABILITIES),
    u16(length),
    capabilities,
  );
}

/** Of a whole message that is long enough. Throws `MalformedError`. */
export function decodeOpen(bytes: Uint8Array): Open {
  const reader = new Reader(bytes.subarray(HEADER_LENGTH));
  const version = reader.u8();
  if (version !== VERSION) {
    // RFC 4271 §6.2: its data is the version that we do have.
    const why = `version ${version} where only ${VERSION} is spoken`;
    throw bad(OPEN_ERROR.unsupportedVersion, OPEN_OFFSET.version, why, u16(VERSION));
  }
  const as = reader.u16();
  const holdTime = reader.u16();
  if (holdTime > 0 && holdTime < LEAST_HOLD_TIME) {
    const why = `a hold time of ${holdTime} s where it is 0 or at least ${LEAST_HOLD_TIME}`;
    throw bad(OPEN_ERROR.unacceptableHoldTime, OPEN_OFFSET.holdTime, why);
  }
  const routerId = addressFromBytes(reader.take(4));
  if (routerId === ANY_IPV4) {
    // RFC 6286 §2.2: any number but zero.
    throw bad(OPEN_ERROR.badIdentifier, OPEN_OFFSET.routerId, 'a BGP identifier of 0.0.0.0');
  }
  return { version, as, holdTime, routerId, capabilities: capabilitiesOf(bytes).map(decodeCapability) };
}

/** The capabilities of an OPEN where they stand in it. Throws `MalformedError`. */
export function capabilitiesOf(bytes: Uint8Array): PlacedCapability[] {
  const { start, lengthOctets } = parametersIn(bytes);
  const capabilities: PlacedCapability[] = [];
  let at = start;
  while (at < bytes.length) {
    const type = bytes[at];
    const header = 1 + lengthOctets;
    if (bytes.length - at < header) throw bad(OPEN_ERROR.unspecific, at, 'a parameter that is cut off');
    const length = lengthOctets === 1 ? (bytes[at + 1] ?? 0) : ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    if (type !== CAPABILITIES) {
      // RFC 5492 §3 leaves that as RFC 4271 §6.2 has it.
      throw bad(OPEN_ERROR.unsupportedParameter, at, `an optional parameter of type ${type}`);
    }
    const end = at + header + length;
    if (end > bytes.length) throw bad(OPEN_ERROR.unspecific, at, 'a parameter longer than the message');
    for (at += header; at < end; ) {
      const size = bytes[at + 1] ?? 0;
      if (end - at < 2 || end - at < 2 + size) {
        throw bad(OPEN_ERROR.unspecific, at, 'a capability longer than its parameter');
      }
      capabilities.push({ code: bytes[at] ?? 0, value: bytes.subarray(at + 2, at + 2 + size), offset: at });
      at += 2 + size;
    }
  }
  return capabilities;
}

/** Where the parameters begin, and how many octets their lengths have; they fill the message. */
function parametersIn(bytes: Uint8Array): { readonly start: number; readonly lengthOctets: 1 | 2 } {
  const { parametersLength, parameters } = OPEN_OFFSET;
  const length = bytes[parametersLength] ?? 0;
  const rest = bytes.length - parameters;
  if (length > 0 && bytes[parameters] === EXTENDED) {
    // RFC 9072 §2: the first length does not count then.
    const extended = ((bytes[parameters + 1] ?? 0) << 8) | (bytes[parameters + 2] ?? 0);
    if (rest < 3 || extended !== rest - 3) {
      const why = `an extended length of parameters of ${extended} where ${Math.max(0, rest - 3)} octets follow`;
      throw bad(OPEN_ERROR.unspecific, parameters + 1, why);
    }
    return { start: parameters + 3, lengthOctets: 2 };
  }
  if (length !== rest) {
    const why = `a length of parameters of ${length} where ${rest} octets follow`;
    throw bad(OPEN_ERROR.unspecific, parametersLength, why);
  }
  return { start: parameters, lengthOctets: 1 };
}

const bad = (subcode: number, offset: number, why: string, data?: Uint8Array): MalformedError =>
  new MalformedError(malformed(ERROR.open, subcode, offset, why, data));
