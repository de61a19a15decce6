/** ROUTE-REFRESH, PURE: RFC 2918 §3, RFC 7313 §3.2. */
import { join, u16 } from '../../bytes/join.ts';
import { Reader } from '../../bytes/reader.ts';
import { ERROR, HEADER_LENGTH, ROUTE_REFRESH, ROUTE_REFRESH_ERROR } from './codes.ts';
import { encodeMessage } from './header.ts';
import { MalformedError, malformed } from './malformed.ts';

export interface RouteRefresh {
  readonly afi: number;
  readonly safi: number;
  /** 0 for a request; 1 and 2 for beginning and end of an enhanced one. Others are ignored (RFC 7313 §5). */
  readonly subtype: number;
}

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+---------------+---------------+
// |              AFI              |    subtype    |     SAFI      |
// +-------------------------------+---------------+---------------+
const LENGTH = 4;
const SUBTYPE_OFFSET = HEADER_LENGTH + 2;

export const encodeRouteRefresh = ({ afi, safi, subtype }: RouteRefresh): Uint8Array =>
  encodeMessage('routeRefresh', join(u16(afi), Uint8Array.of(subtype, safi)));

/** Of a whole message. Throws `MalformedError`. What an unknown subtype has behind its SAFI is not looked at. */
export function decodeRouteRefresh(bytes: Uint8Array): RouteRefresh {
  // RFC 7313 §5: a subtype that nobody knows is ignored, and so is how long it is.
  const isUnknown = (bytes[SUBTYPE_OFFSET] ?? 0) > ROUTE_REFRESH.end;
  if (bytes.length !== HEADER_LENGTH + LENGTH && !isUnknown) {
    // RFC 7313 §5: its data is the whole message. Without RFC 7313 no error is named, and this one says what is wrong.
    const why = `a ROUTE-REFRESH of ${bytes.length} octets where it is ${HEADER_LENGTH + LENGTH}`;
    throw new MalformedError(
      malformed(ERROR.routeRefresh, ROUTE_REFRESH_ERROR.invalidLength, HEADER_LENGTH, why, bytes),
    );
  }
  const reader = new Reader(bytes.subarray(HEADER_LENGTH));
  const afi = reader.u16();
  const subtype = reader.u8();
  return { afi, subtype, safi: reader.remaining > 0 ? reader.u8() : 0 };
}
