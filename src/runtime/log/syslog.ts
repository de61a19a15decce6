/**
 * The log as syslog(3) sends it: a datagram to /dev/log for each line, in the form that the C library writes, which is that of
 * RFC 3164 §4.1 without the host's name. journald, rsyslog, syslog-ng and busybox take it on this socket; RFC 5424, which has
 * fields of its own, none of them does unless told to.
 */
import { FACILITIES, type Facility, SEVERITIES } from '../../model/syslog.ts';
import { datagramDestination } from './datagram-writer.ts';
import type { Destination, LogLine } from './destination.ts';
import type { Render } from './rendering.ts';

export interface SyslogOptions {
  readonly facility: Facility;
  /** Who says it, before the number of our process. */
  readonly tag: string;
  readonly render: Render;
  /** Hears once what keeps lines from arriving, until one arrives again. */
  readonly failed: (detail: string) => void;
  readonly socket?: string;
}

export const SYSLOG_SOCKET = '/dev/log';
/** What rsyslog takes of a message unless told otherwise ($MaxMessageSize); others take more. */
const MOST_BYTES = 8_192;

export function syslogDestination({
  facility,
  tag,
  render,
  failed,
  socket = SYSLOG_SOCKET,
}: SyslogOptions): Destination {
  const encode = (line: LogLine): Buffer => {
    const priority = FACILITIES[facility] * 8 + SEVERITIES[line.level];
    const text = `<${priority}>${timestamp(new Date())} ${tag}[${process.pid}]: ${render(line).trimEnd()}`;
    return cut(Buffer.from(text), MOST_BYTES);
  };
  return datagramDestination(socket, encode, failed);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov  7 09:05:03`: RFC 3164 §4.1.2, local time, with a space for the first digit of a day that has one. */
export function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = String(date.getDate()).padStart(2, ' ');
  return `${MONTHS[date.getMonth()]} ${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const CONTINUATION = 0b1000_0000;
const CONTINUATION_MASK = 0b1100_0000;
const ELLIPSIS = Buffer.from('…');

/** At most so many bytes, never half a character; what was cut ends with `…`. */
export function cut(text: Buffer, most: number): Buffer {
  if (text.length <= most) return text;
  let end = most - ELLIPSIS.length;
  while (end > 0 && ((text[end] ?? 0) & CONTINUATION_MASK) === CONTINUATION) end--;
  return Buffer.concat([text.subarray(0, end), ELLIPSIS]);
}
