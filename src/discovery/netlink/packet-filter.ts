/** Classic BPF programs for sockets, PURE: include/uapi/linux/{filter,bpf_common}.h, Documentation/networking/filter.rst. */
import { Writer } from '../../bytes/writer.ts';

/** Operations, as sums of class, size or comparison, and mode. A load is big-endian. */
export const BPF = {
  loadByte: 0x30, // BPF_LD | BPF_B | BPF_ABS
  loadHalf: 0x28, // BPF_LD | BPF_H | BPF_ABS
  loadWord: 0x20, // BPF_LD | BPF_W | BPF_ABS
  isEqual: 0x15, // BPF_JMP | BPF_JEQ | BPF_K
  isGreater: 0x25, // BPF_JMP | BPF_JGT | BPF_K
  isAtLeast: 0x35, // BPF_JMP | BPF_JGE | BPF_K
} as const;
const RETURN = 0x06; // BPF_RET | BPF_K
const WHOLE = 0xffffffff;
const NOTHING = 0;

export interface Instruction {
  readonly operation: number;
  readonly value: number;
  /** Where to go from a comparison; to the next instruction when left out, with `skip` to the one after that. */
  readonly ifTrue?: 'pass' | 'drop' | 'skip';
  readonly ifFalse?: 'pass' | 'drop' | 'skip';
}

// struct sock_filter (8 bytes), in the host's byte order: u16 code; u8 jt, jf; u32 k
/** With what is not decided at the end dropped. Jumps are counted from the instruction that follows. */
export function assemble(instructions: readonly Instruction[]): Uint8Array {
  const drop = instructions.length;
  const pass = drop + 1;
  const writer = new Writer(8 * (instructions.length + 2));
  instructions.forEach(({ operation, value, ifTrue, ifFalse }, index) => {
    const targets = { pass: pass - index - 1, drop: drop - index - 1, skip: 1 };
    const jump = (target: Instruction['ifTrue']): number => (target === undefined ? 0 : targets[target]);
    writer.hostU16(operation).u8(jump(ifTrue)).u8(jump(ifFalse)).hostU32(value);
  });
  for (const verdict of [NOTHING, WHOLE]) writer.hostU16(RETURN).u8(0).u8(0).hostU32(verdict);
  return writer.finish();
}
