import { timingSafeEqual } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { credentialsWith } from '../../../src/api/credentials.ts';
import { secretOf } from '../../../src/model/peer.ts';

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});

afterEach(() => vi.clearAllMocks());

const TOKEN = 'correct-horse-battery-staple';
const GIVEN = [TOKEN, '', 'c', TOKEN.slice(0, -1), `${TOKEN}x`, 'x'.repeat(16_000), `${TOKEN.slice(0, -1)}f`, 'ä'];

describe('a token', () => {
  it('is that one and no other', () => {
    const { isToken } = credentialsWith(secretOf(TOKEN));
    expect(GIVEN.filter(isToken)).toEqual([TOKEN]);
  });

  it('is compared in constant time: whatever is given, two digests of one length go to timingSafeEqual, once', () => {
    const { isToken } = credentialsWith(secretOf(TOKEN));
    const compare = vi.mocked(timingSafeEqual);
    for (const given of GIVEN) isToken(given);
    expect(compare).toHaveBeenCalledTimes(GIVEN.length);
    for (const [one, other] of compare.mock.calls) expect([one.byteLength, other.byteLength]).toEqual([32, 32]);
  });

  it('is compared under a key of its own: a digest tells nothing beforehand', () => {
    const compare = vi.mocked(timingSafeEqual);
    for (let turn = 0; turn < 2; turn++) credentialsWith(secretOf(TOKEN)).isToken('guess');
    const [one, other] = compare.mock.calls.map(([digest]) => Buffer.from(digest as Buffer).toString('hex'));
    expect(one).toHaveLength(64);
    expect(one).not.toBe(other);
  });

  it('is none where there is none', () => {
    const { isToken } = credentialsWith(undefined);
    expect(GIVEN.filter(isToken)).toEqual([]);
  });
});
