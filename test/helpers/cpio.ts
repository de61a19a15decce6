/** An initramfs: what the kernel unpacks into its first root (Documentation/driver-api/early-userspace/buffer-format.rst). */
export interface Packed {
  /** From the root, without a slash in front. A directory comes before what is in it. */
  readonly name: string;
  /** `undefined` for a directory. */
  readonly content?: Uint8Array;
}

const DIRECTORY = 0o040755;
const EXECUTABLE = 0o100755;

/** The "newc" format: 13 fields of eight hexadecimal digits, the name, the content; each padded to four bytes. */
export function packCpio(entries: readonly Packed[]): Uint8Array {
  const parts = [...entries, { name: 'TRAILER!!!' }].flatMap(({ name, content }: Packed, index) => {
    const mode = content === undefined ? DIRECTORY : EXECUTABLE;
    // inode, mode, uid, gid, links, mtime, size, device (4 numbers), length of the name with its zero, checksum
    const fields = [index + 1, mode, 0, 0, 1, 0, content?.length ?? 0, 0, 0, 0, 0, name.length + 1, 0];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
    return [padded(Buffer.from(head, 'latin1')), padded(content ?? new Uint8Array())];
  });
  return Buffer.concat(parts);
}

const padded = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, new Uint8Array(-bytes.length & 3)]);
