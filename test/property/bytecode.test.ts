import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePortFilter } from '../../src/discovery/netlink/bytecode.ts';
import { portSets } from '../helpers/port-sets.ts';

const OP = { jmp: 1, greaterOrEqual: 2, lessOrEqual: 3 } as const;

interface Instruction {
  readonly code: number;
  readonly yes: number;
  readonly no: number;
  readonly port: number;
}

/** One at each start, in the order of the program. */
function instructionsOf(program: Uint8Array): ReadonlyMap<number, Instruction> {
  const view = new DataView(program.buffer, program.byteOffset, program.length);
  const found = new Map<number, Instruction>();
  for (let at = 0; at < program.length; ) {
    const [code, yes, no] = [view.getUint8(at), view.getUint8(at + 1), view.getUint16(at + 2, true)];
    found.set(at, { code, yes, no, port: code === OP.jmp ? 0 : view.getUint16(at + 6, true) });
    at += yes;
  }
  return found;
}

/** As the kernel runs it: to its very end the socket is taken, 4 bytes beyond it is not. */
function takes(program: Uint8Array, port: number): boolean {
  const instructions = instructionsOf(program);
  let at = 0;
  while (at < program.length) {
    const { code, yes, no, port: wanted } = instructions.get(at) ?? { code: 0, yes: 4, no: 4, port: 0 };
    const holds = (code === OP.greaterOrEqual && port >= wanted) || (code === OP.lessOrEqual && port <= wanted);
    at += holds ? yes : no;
  }
  return at === program.length;
}

describe('port filters', () => {
  it('take the ports in their ranges and no others', () => {
    fc.assert(
      fc.property(portSets, fc.nat(65_535), (ranges, other) => {
        const program = encodePortFilter(ranges) ?? new Uint8Array(0);
        for (const port of [other, ...ranges.flatMap(({ from, to }) => [from - 1, from, to, to + 1])]) {
          if (port < 0 || port > 65_535) continue;
          const isInside = ranges.some(({ from, to }) => from <= port && port <= to);
          expect(takes(program, port)).toBe(isInside);
        }
      }),
    );
  });

  it('pass the audit: each step is to an instruction further on, to the end, or 4 bytes behind it', () => {
    fc.assert(
      fc.property(portSets, (ranges) => {
        const program = encodePortFilter(ranges) ?? new Uint8Array(0);
        const instructions = instructionsOf(program);
        for (const [at, { code, yes, no }] of instructions) {
          expect(yes).toBe(code === OP.jmp ? 4 : 8);
          expect(no).toBeGreaterThanOrEqual(4);
          expect(no % 4).toBe(0);
          expect(instructions.has(at + no) || [0, 4].includes(at + no - program.length)).toBe(true);
        }
      }),
    );
  });
});
