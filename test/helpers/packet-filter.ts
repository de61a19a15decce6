/** What the kernel makes of a program for a socket. */
import { Reader } from '../../src/bytes/reader.ts';

/** Runs a program as the kernel does, as far as ours go (Documentation/networking/filter.rst). */
export function passes(program: Uint8Array, packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer);
  let accumulator = 0;
  for (let next = 0; ; ) {
    const reader = new Reader(program.subarray(8 * next));
    const [code, jt, jf, k] = [reader.hostU16(), reader.u8(), reader.u8(), reader.hostU32()];
    next += 1;
    if (code === 0x28) accumulator = view.getUint16(k);
    else if (code === 0x30) accumulator = view.getUint8(k);
    else if (code === 0x20) accumulator = view.getUint32(k);
    else if (code === 0x15) next += accumulator === k ? jt : jf;
    else if (code === 0x25) next += accumulator > k ? jt : jf;
    else if (code === 0x35) next += accumulator >= k ? jt : jf;
    else if (code === 0x06) return k !== 0;
    else throw new Error(`operation ${code}`);
  }
}
