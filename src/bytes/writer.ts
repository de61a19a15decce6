/** Writes a message of known size. */
import { HOST_IS_LITTLE_ENDIAN } from './reader.ts';

export class Writer {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
  }

  u8(value: number): this {
    this.#view.setUint8(this.#offset, value);
    this.#offset += 1;
    return this;
  }

  /** Big-endian. */
  u16(value: number): this {
    this.#view.setUint16(this.#offset, value, false);
    this.#offset += 2;
    return this;
  }

  /** Big-endian. */
  u32(value: number): this {
    this.#view.setUint32(this.#offset, value, false);
    this.#offset += 4;
    return this;
  }

  /** In the host's byte order. */
  hostU16(value: number): this {
    this.#view.setUint16(this.#offset, value, HOST_IS_LITTLE_ENDIAN);
    this.#offset += 2;
    return this;
  }

  /** In the host's byte order. */
  hostU32(value: number): this {
    this.#view.setUint32(this.#offset, value, HOST_IS_LITTLE_ENDIAN);
    this.#offset += 4;
    return this;
  }

  put(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#offset);
    this.#offset += bytes.length;
    return this;
  }

  /** The message. Throws when it is not filled to its end, which is a mistake of ours. */
  finish(): Uint8Array {
    if (this.#offset !== this.#bytes.length) {
      throw new RangeError(`${this.#offset} of ${this.#bytes.length} bytes written`);
    }
    return this.#bytes;
  }
}
