/** SHELL: which sockets are our own: what this process itself listens on is no service. */
import fs from 'node:fs';
import { NativeError } from '../runtime/native.ts';

const OWN_DESCRIPTORS = '/proc/self/fd';

/** Inode numbers of the sockets that this process holds open (proc(5)). Throws `NativeError`. */
export function ownSocketInodes(): ReadonlySet<number> {
  const inodes = new Set<number>();
  for (const name of ownDescriptors()) {
    const inode = /^socket:\[(\d+)\]$/.exec(targetOf(`${OWN_DESCRIPTORS}/${name}`))?.[1];
    if (inode !== undefined) inodes.add(Number(inode));
  }
  return inodes;
}

/** A directory takes a descriptor, of which there may be none left (EMFILE, ENFILE). */
function ownDescriptors(): string[] {
  try {
    return fs.readdirSync(OWN_DESCRIPTORS);
  } catch (error) {
    throw new NativeError(`opendir(${OWN_DESCRIPTORS})`, -((error as NodeJS.ErrnoException).errno ?? 0));
  }
}

/** Empty for a descriptor that was closed since the directory was read, as the directory's own is. */
function targetOf(link: string): string {
  try {
    return fs.readlinkSync(link);
  } catch {
    return '';
  }
}
