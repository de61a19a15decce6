/** Sets of ports as sorted, disjoint ranges, generated. */
import fc from 'fast-check';
import type { PortRange } from '../../src/model/port-ranges.ts';

const INTERESTING = [0, 1, 22, 79, 80, 81, 443, 444, 8080, 40_000, 65_534, 65_535];

/** Up to 64 of them; also none, and all ports. */
export const portSets: fc.Arbitrary<readonly PortRange[]> = fc
  .uniqueArray(fc.oneof(fc.constantFrom(...INTERESTING), fc.nat(65_535)), { maxLength: 128, size: 'max' })
  .map((ends) => {
    const sorted = ends.sort((one, other) => one - other);
    const ranges: PortRange[] = [];
    for (let index = 0; index < sorted.length; index += 2) {
      const from = sorted[index] ?? 0;
      ranges.push({ from, to: sorted[index + 1] ?? from });
    }
    return ranges;
  });
