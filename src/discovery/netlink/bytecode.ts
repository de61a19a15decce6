/**
 * A filter that the kernel runs over the sockets of a dump, PURE: INET_DIAG_REQ_BYTECODE, include/uapi/linux/inet_diag.h
 * and net/ipv4/inet_diag.c. Only as fine as local ports: it saves rows, and the answer is judged again.
 */
import { Writer } from '../../bytes/writer.ts';
import type { PortRange } from '../../model/port-ranges.ts';

const BC = { jmp: 1, sourceGreaterOrEqual: 2, sourceLessOrEqual: 3 } as const;
const HIGHEST_PORT = 65_535;
/** Beyond it the kernel would spend longer on a socket than the row costs. */
const MOST_RANGES = 64;

// struct inet_diag_bc_op (4 bytes)
//   u8 code, u8 yes, u16 no       host order; how many bytes to go on from here
// A comparison is followed by a second one whose `no` is the port. Who ends exactly behind the program is taken, who ends
// 4 bytes further is not. Every target has to be the start of an instruction, or one of these two.
const OP_LENGTH = 4;
const COMPARISON_LENGTH = 2 * OP_LENGTH;
const RANGE_LENGTH = 2 * COMPARISON_LENGTH + OP_LENGTH;

/** Takes the sockets whose local port is in one of the ranges; `undefined` when all are to be taken. */
export function encodePortFilter(ranges: readonly PortRange[]): Uint8Array | undefined {
  if (ranges.length > MOST_RANGES) return undefined;
  if (ranges.some(({ from, to }) => from === 0 && to === HIGHEST_PORT)) return undefined;
  if (ranges.length === 0) return new Writer(OP_LENGTH).put(jump(2 * OP_LENGTH)).finish();
  const length = ranges.length * RANGE_LENGTH - OP_LENGTH;
  const writer = new Writer(length);
  for (const [index, { from, to }] of ranges.entries()) {
    const isLast = index === ranges.length - 1;
    const remaining = length - index * RANGE_LENGTH;
    // Outside this range: on to the next one, or out.
    const next = isLast ? remaining + OP_LENGTH : RANGE_LENGTH;
    writer.put(comparison(BC.sourceGreaterOrEqual, from, next));
    writer.put(comparison(BC.sourceLessOrEqual, to, next - COMPARISON_LENGTH));
    if (!isLast) writer.put(jump(remaining - 2 * COMPARISON_LENGTH));
  }
  return writer.finish();
}

const comparison = (code: number, port: number, no: number): Uint8Array =>
  new Writer(COMPARISON_LENGTH).u8(code).u8(COMPARISON_LENGTH).hostU16(no).hostU16(0).hostU16(port).finish();

/** A jump always takes its `no`. */
const jump = (no: number): Uint8Array => new Writer(OP_LENGTH).u8(BC.jmp).u8(OP_LENGTH).hostU16(no).finish();
