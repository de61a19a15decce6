/**
 * A peer that will not have what our OPEN announces, PURE: RFC 5492 §3, §5. It is asked again without that, once; whatever
 * comes of it, what is said after that is said in full, so that a peer that has learnt it gets it.
 */
import { announcedIn } from './negotiate.ts';
import { CAPABILITY, ERROR, OPEN_ERROR } from './wire/codes.ts';
import type { Notification } from './wire/notification.ts';
import type { Open } from './wire/open.ts';

/**
 * Codes of those capabilities in `open` that the answer refuses. None when it is about something else, or about what we did
 * not announce: `unsupportedCapability` is also said by a peer that misses something.
 */
export function refusedIn(open: Open, { code, subcode, data }: Notification): ReadonlySet<number> {
  if (code !== ERROR.open) return new Set();
  const announced = announcedIn(open);
  // RFC 5492 §3: it doesn't know the parameter that they all are in.
  if (subcode === OPEN_ERROR.unsupportedParameter) return announced;
  if (subcode !== OPEN_ERROR.unsupportedCapability) return new Set();
  const named = capabilitiesNamed(data);
  if (named.length === 0) return announced;
  return new Set(named.filter((each) => isIn(open, each)).map((each) => each.code));
}

interface Named {
  readonly code: number;
  readonly value: Uint8Array;
}

/** RFC 5492 §5: as they stand in an OPEN, code, length and value. None when the data is anything else. */
function capabilitiesNamed(data: Uint8Array): readonly Named[] {
  const named: Named[] = [];
  for (let offset = 0; offset < data.length; ) {
    const [code, length] = [data[offset], data[offset + 1]];
    if (code === undefined || length === undefined || offset + 2 + length > data.length) return [];
    named.push({ code, value: data.subarray(offset + 2, offset + 2 + length) });
    offset += 2 + length;
  }
  return named;
}

/** A family is meant by its number: another one may be what the peer misses. */
function isIn(open: Open, { code, value }: Named): boolean {
  if (code !== CAPABILITY.multiprotocol) return announcedIn(open).has(code);
  return open.capabilities.some(
    (each) =>
      each.type === 'multiprotocol' &&
      value.length === MULTIPROTOCOL_LENGTH &&
      (value[0] ?? 0) * 256 + (value[1] ?? 0) === each.afi &&
      value[3] === each.safi,
  );
}

/** RFC 4760 §8: AFI, a reserved octet, SAFI. */
const MULTIPROTOCOL_LENGTH = 4;
