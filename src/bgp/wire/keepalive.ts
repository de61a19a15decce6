/** KEEPALIVE, PURE: a header and nothing else (RFC 4271 §4.4). */
import { NO_BYTES } from '../../bytes/join.ts';
import { encodeMessage } from './header.ts';

export const encodeKeepalive = (): Uint8Array => encodeMessage('keepalive', NO_BYTES);
