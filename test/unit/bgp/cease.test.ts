import { describe, expect, it } from 'vitest';
import { administrative, hardReset, unexpected } from '../../../src/bgp/cease.ts';

const bytes = (text: string): number[] => [...Buffer.from(text)];

describe('administrative Cease (RFC 9003 §2)', () => {
  it.each([2, 4])('has a text with subcode %d', (subcode) => {
    const { code, subcode: said, data } = administrative(subcode, 'wegen Umbau ü');
    expect([code, said, ...data]).toEqual([6, subcode, 14, ...bytes('wegen Umbau ü')]);
  });

  it('has none with another subcode, or when there is none', () => {
    expect(administrative(3, 'text')).toEqual({ code: 6, subcode: 3, data: new Uint8Array() });
    expect(administrative(2, '')).toEqual({ code: 6, subcode: 2, data: new Uint8Array() });
  });

  it('takes one octet, 255 of them, and no half a character', () => {
    expect([...administrative(2, 'x').data]).toEqual([1, 0x78]);
    expect([...administrative(2, 'x'.repeat(255)).data]).toEqual([255, ...bytes('x'.repeat(255))]);
    expect([...administrative(2, 'x'.repeat(256)).data]).toEqual([255, ...bytes('x'.repeat(255))]);
    expect([...administrative(2, `${'x'.repeat(254)}ü`).data]).toEqual([254, ...bytes('x'.repeat(254))]);
    expect([...administrative(2, '😀'.repeat(64)).data]).toEqual([252, ...bytes('😀'.repeat(63))]);
  });
});

describe('hard reset (RFC 8538 §3)', () => {
  it('carries the NOTIFICATION that it is about', () => {
    expect(hardReset(administrative(2, 'x'))).toEqual({ code: 6, subcode: 9, data: Uint8Array.of(6, 2, 1, 0x78) });
  });
});

describe('a message out of turn (RFC 6608 §3, §4)', () => {
  it.each([
    ['openSent', 'keepalive', 1, 4],
    ['openSent', 'update', 1, 2],
    ['openSent', 'routeRefresh', 1, 5],
    ['openConfirm', 'open', 2, 1],
    ['openConfirm', 'update', 2, 2],
    ['established', 'open', 3, 1],
  ] as const)('in %s: %s', (state, type, subcode, data) => {
    expect(unexpected(state, type)).toEqual({ code: 5, subcode, data: Uint8Array.of(data) });
  });
});
