/** Reads untrusted bytes: never past the end, never short. With `writer.ts` the only code that touches offsets. */

/** The bytes are not what they have to be: too few of them, or a length that cannot be. */
export class BytesError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'BytesError';
    this.offset = offset;
  }
}

/** Byte order of this host, as netlink headers use it; addresses and ports on the wire are big-endian. */
export const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Big-endian. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), false);
  }

  /** Big-endian. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), false);
  }

  /** In the host's byte order. */
  hostU16(): number {
    return this.#view.getUint16(this.#advance(2), HOST_IS_LITTLE_ENDIAN);
  }

  /** In the host's byte order. */
  hostU32(): number {
    return this.#view.getUint32(this.#advance(4), HOST_IS_LITTLE_ENDIAN);
  }

  /** A view of the next `length` bytes, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** Skips up to `length` bytes: padding may be missing behind the last element. */
  skipPadding(length: number): void {
    this.#offset = Math.min(this.#offset + length, this.#bytes.length);
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (length < 0 || length > this.remaining) {
      throw new BytesError(`${length} bytes wanted, ${this.remaining} left`, start);
    }
    this.#offset += length;
    return start;
  }
}
