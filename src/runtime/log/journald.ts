/**
 * The log in the journal, by journald's own protocol (systemd's "Native Journal Protocol"): a datagram for each line, in which
 * each field is one of the journal's.
 *
 *     MESSAGE             what `journalctl` prints: the words and the fields
 *     PRIORITY            the severity, RFC 5424 §6.2.1
 *     SYSLOG_IDENTIFIER   ha2bgp
 *     HA2BGP_MESSAGE      the words alone, which are the same for whatever fields
 *     HA2BGP_…            a field, `onExit` as HA2BGP_ON_EXIT
 *
 * What is too large for a datagram may be handed over in a file of memory (memfd_create(2)). Here it is cut instead: a line
 * of that length is a list that somebody logged, and a file needs system calls that nothing else of ours does.
 */
import { SEVERITIES } from '../../model/syslog.ts';
import { datagramDestination } from './datagram-writer.ts';
import type { Destination, LogLine } from './destination.ts';
import { sentenceOf } from './rendering.ts';
import { cut } from './syslog.ts';

export const JOURNAL_SOCKET = '/run/systemd/journal/socket';
const IDENTIFIER = 'ha2bgp';
const PREFIX = 'HA2BGP_';
/** Of one value, in bytes. A datagram of a dozen of them stays below the 208 KiB that a socket sends (net.core.wmem_default). */
const MOST_BYTES = 8_192;
/** Of a field's name, in bytes: journald passes over what is longer. */
const MOST_NAME = 64;

export interface JournalOptions {
  /** Hears once what keeps lines from arriving, until one arrives again. */
  readonly failed: (detail: string) => void;
  readonly socket?: string;
}

export const journalDestination = ({ failed, socket = JOURNAL_SOCKET }: JournalOptions): Destination =>
  datagramDestination(socket, encodeEntry, failed);

/** Journald knows of these itself. */
const KNOWN = new Set(['level', 'time', 'pid', 'hostname']);

export function encodeEntry({ level, json }: LogLine): Buffer {
  const entry = JSON.parse(json) as Record<string, unknown>;
  const fields: [string, string][] = [
    ['MESSAGE', sentenceOf(entry)],
    ['PRIORITY', String(SEVERITIES[level])],
    ['SYSLOG_IDENTIFIER', IDENTIFIER],
  ];
  for (const [name, value] of Object.entries(entry)) {
    if (!KNOWN.has(name)) fields.push([name === 'msg' ? `${PREFIX}MESSAGE` : fieldName(name), String(value)]);
  }
  return Buffer.concat(fields.map(([name, value]) => encodeField(name, value)));
}

/** `onExit` as `HA2BGP_ON_EXIT`: capitals, digits and underscores are all that a name may have. */
const fieldName = (name: string): string =>
  `${PREFIX}${name
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .toUpperCase()
    .replace(/[^A-Z\d]/g, '_')}`.slice(0, MOST_NAME);

// Without a line feed in the value    NAME=value\n
// Any value                           NAME\n; le64 length of the value; value\n
function encodeField(name: string, value: string): Buffer {
  const bytes = cut(Buffer.from(value), MOST_BYTES);
  if (!bytes.includes('\n')) return Buffer.concat([Buffer.from(`${name}=`), bytes, Buffer.from('\n')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}
