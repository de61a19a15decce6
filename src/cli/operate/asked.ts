/** What a word names: an address, a prefix, or else a service. PURE. */
import { hostPrefix, type IpAddress, type Prefix, parseAddress, parsePrefix } from '../../model/address.ts';

export type Asked =
  | { readonly type: 'prefix'; readonly prefix: Prefix /** As it is asked about. */; readonly of: IpAddress | Prefix }
  | { readonly type: 'name'; readonly name: string }
  /** It looks like a prefix, and is none. */
  | { readonly type: 'wrong'; readonly expected: string };

export function readAsked(text: string): Asked {
  const address = parseAddress(text);
  if (address !== undefined) return { type: 'prefix', prefix: hostPrefix(address), of: address };
  // A name may have neither a slash nor a colon; a number with dots alone is a slip of the hand.
  if (!/[/:]/.test(text) && !/^[\d.]+$/.test(text)) return { type: 'name', name: text };
  const parsed = parsePrefix(text);
  if (typeof parsed === 'string') return { type: 'prefix', prefix: parsed, of: parsed };
  return { type: 'wrong', expected: parsed.expected };
}
