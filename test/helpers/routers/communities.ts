/** What routers print of communities, in the words of `model/community`. What they leave unclear stays as they print it. */
import { parseCommunity, parseExtendedCommunity } from '../../../src/model/community.ts';

export const communityOf = (text: string): string => parseCommunity(text) ?? text;

const WORDS: Readonly<Record<string, string>> = { rt: 'target', ro: 'origin', soo: 'origin' };

/** `word`: `rt`, `ro` or `soo`, in any case; the administrator as `65000`, `0.65000` or `192.0.2.1`. */
export function extendedOf(word: string, administrator: string, value: string): string {
  const text = `${WORDS[word.toLowerCase()] ?? word}:${administrator}:${value}`;
  return parseExtendedCommunity(text) ?? text;
}

export function extendedOfHex(hex: string): string {
  const text = `0x${hex.padStart(16, '0')}`;
  return parseExtendedCommunity(text) ?? text;
}

export const hexOf = (value: number | bigint, octets: number): string => value.toString(16).padStart(octets * 2, '0');

/** As it is written in the listings: `65000 65010`. */
export const asPathOf = (text: string): number[] => text.split(' ').filter(Boolean).map(Number);

export function originOf(text: string): 'igp' | 'egp' | 'incomplete' {
  const word = text.toLowerCase();
  if (word === 'igp' || word === 'egp' || word === 'incomplete') return word;
  throw new Error(`an unknown origin: ${text}`);
}

/** The global ones before those of the link. */
export const nextHopsOf = (all: readonly string[]): string[] =>
  all.toSorted((one, other) => Number(one.startsWith('fe80:')) - Number(other.startsWith('fe80:')));
