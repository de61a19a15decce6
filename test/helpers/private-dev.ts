/** Words that run a command with a /dev of its own, in which /dev/log is a socket of the test's. */
import fs from 'node:fs';
import path from 'node:path';
import { receiveAt, type UnixReceiver } from './unix-receiver.ts';

export interface PrivateDev {
  readonly via: readonly string[];
  readonly log: UnixReceiver;
}

const ENTER = `
  place=$1
  shift
  mount -t tmpfs tmpfs $place/dev
  for device in null zero full random urandom tty; do
    : > $place/dev/$device
    mount --bind /dev/$device $place/dev/$device
  done
  ln -s /proc/self/fd $place/dev/fd
  ln -s $place/syslog.socket $place/dev/log
  mount --rbind $place/dev /dev
  exec "$@"`;

/** `place`: a folder of the test's. Whoever isn't root is it in there. */
export function makeDev(place: string): PrivateDev {
  fs.mkdirSync(path.join(place, 'dev'));
  const who = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return {
    via: ['unshare', '--mount', ...who, 'sh', '-e', '-c', ENTER, 'sh', place],
    log: receiveAt(path.join(place, 'syslog.socket')),
  };
}
