/** SHELL: by what a caller on TCP is known: a token, and the authority of certificates. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../model/peer.ts';

export interface Credentials {
  isToken(given: string): boolean;
}

/**
 * The comparison takes as long whatever is given: both sides become digests of one length, under a key that nobody outside
 * knows, and those are compared in constant time. So it tells neither the length nor a beginning that is right.
 */
export function credentialsWith(token: Secret | undefined): Credentials {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const wanted = token === undefined ? undefined : digest(token.reveal());
  return { isToken: (given) => wanted !== undefined && timingSafeEqual(digest(given), wanted) };
}
