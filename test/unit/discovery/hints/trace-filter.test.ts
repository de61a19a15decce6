import { describe, expect, it } from 'vitest';
import { traceFilter } from '../../../../src/discovery/hints/trace-filter.ts';

// Numbers of include/net/tcp_states.h: LISTEN 10, CLOSE 7. The kernel's own verdict on the text: test/interop/kernel.
const STATES = '(newstate==10||(oldstate==10&&newstate==7))&&protocol==6';

describe('traceFilter', () => {
  it.each([
    ['every port', [], STATES],
    ['one port', [{ from: 80, to: 80 }], `${STATES}&&(sport==0||sport==80)`],
    ['a range', [{ from: 8000, to: 8999 }], `${STATES}&&(sport==0||(sport>=8000&&sport<=8999))`],
    [
      'several',
      [
        { from: 53, to: 53 },
        { from: 1, to: 9 },
      ],
      `${STATES}&&(sport==0||sport==53||(sport>=1&&sport<=9))`,
    ],
  ])('asks for %s', (_name, ports, expected) => {
    expect(traceFilter(ports)).toBe(expected);
  });

  it('stays well below a page, which is the most that the kernel takes', () => {
    const longest = Array.from({ length: 17 }, () => ({ from: 10_000, to: 65_535 }));
    expect(traceFilter(longest).length).toBeLessThan(1_024);
  });
});
