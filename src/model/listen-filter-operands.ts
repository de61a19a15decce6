/**
 * What a condition of the listen filter compares with: ports, hosts and devices, in the forms of `ss`(8), HOST SYNTAX.
 *
 *     port   = [family ":"] [":"] (number | name | "*")
 *     host   = [family ":"] (":" port | ("*" | address ["/" length]) [":" port])
 *     family = "inet" | "inet6"
 *
 * Stricter than `ss` where it would take a slip of the hand for something else: an empty port (any), a number with leading
 * zeros (octal), a port beyond 65535, an IPv4 address of fewer than four numbers and without a length (`10` is 10.0.0.0),
 * and an IPv6 address without brackets whose end could be a port.
 */
import { type Family, familyOf, type IpAddress, lengthOfMask, parseAddress, truncate } from './address.ts';
import type { Port } from './facts.ts';
import { type HostCondition, LOWEST_MAPPED, type Network, type PortCondition } from './listen-filter.ts';
import { rest, Unexpected, type Word } from './listen-filter-words.ts';

/** The ports that a name stands for, each once. */
export type PortNumbers = (name: string) => readonly number[];

const MOST_PORT = 65_535;
const A_PORT = `a port such as ":80", from :0 to :${MOST_PORT}`;
const A_HOST = 'an address such as 192.0.2.1:80, 192.0.2.0/24, [2001:db8::1] or *';

export function parsePort(word: Word, portNumbers: PortNumbers): Pick<PortCondition, 'family' | 'port'> {
  const [family, port] = splitFamily(word);
  return { family, port: portOf(port, portNumbers) };
}

/** A port with or without its colon. */
function portOf(word: Word, portNumbers: PortNumbers): Port | 'any' {
  const text = word.text.startsWith(':') ? word.text.slice(1) : word.text;
  if (text === '*') return 'any';
  return /^[+-]?(\d+|0x[\da-f]+)$/i.test(text) ? numberedPort(text, word) : namedPort(text, word, portNumbers);
}

function numberedPort(text: string, word: Word): Port {
  const number = /^(0|[1-9]\d{0,4}|0x[\da-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
  if (!(number <= MOST_PORT)) throw new Unexpected(word, A_PORT);
  return number as Port;
}

function namedPort(name: string, word: Word, portNumbers: PortNumbers): Port {
  if (!/^[\w.+*/-]*[a-z][\w.+*/-]*$/i.test(name)) throw new Unexpected(word, A_PORT);
  const [port, ...others] = portNumbers(name);
  if (port === undefined) throw new Unexpected(word, `${A_PORT} (no port has the name "${name}" in /etc/services)`);
  if (others.length === 0) return port as Port;
  throw new Unexpected(word, `a port number ("${name}" is ${[port, ...others].join(' and ')} in /etc/services)`);
}

export function parseHost(word: Word, portNumbers: PortNumbers): Omit<HostCondition, 'type'> {
  const [family, host] = splitFamily(word);
  const [address, port] = splitPort(host, portNumbers);
  const network = address === undefined ? 'any' : networkOf(address);
  if (network !== 'any' && family !== 'any' && network.family !== family) {
    throw new Unexpected(host, family === 'ipv4' ? 'an IPv4 address after "inet:"' : 'an IPv6 address after "inet6:"');
  }
  return { family, network, port: port === undefined ? 'any' : portOf(port, portNumbers) };
}

function splitFamily(word: Word): [Family | 'any', Word] {
  const name = /^(inet6?|unix|link|netlink|vsock):/.exec(word.text)?.[1];
  if (name === undefined) return ['any', word];
  if (name !== 'inet' && name !== 'inet6') {
    throw new Unexpected(
      word,
      `an address or a port of the family inet or inet6 (no TCP or UDP socket is of "${name}")`,
    );
  }
  const operand = rest(word, name.length + 1);
  if (operand.text === '') throw new Unexpected(word, `an address, a port or * after "${name}:"`);
  return [name === 'inet' ? 'ipv4' : 'ipv6', operand];
}

/** Address and port of a host, each `undefined` where there is none. The address may have a length, and no brackets. */
function splitPort(host: Word, portNumbers: PortNumbers): [Word | undefined, Word | undefined] {
  const { text } = host;
  if (/^:(?!:)/.test(text)) return [undefined, host];
  if (text.startsWith('[')) return splitBrackets(host);
  const end = /^(\*|any|all|default)(?=:|$)/.exec(text)?.[0].length;
  if (end !== undefined) return [undefined, end === text.length ? undefined : rest(host, end)];
  // The colons of a prefix's address are all before its length.
  const colon = text.lastIndexOf(':');
  if (colon < text.indexOf('/')) return [host, undefined];
  if (text.indexOf(':') === colon || text.includes('/')) return colon < 0 ? [host, undefined] : splitAt(host, colon);
  return splitBareIpv6(host, colon, portNumbers);
}

const splitAt = (host: Word, colon: number): [Word, Word] => [
  { text: host.text.slice(0, colon), column: host.column },
  rest(host, colon),
];

function splitBrackets(host: Word): [Word, Word | undefined] {
  const end = host.text.indexOf(']');
  if (end <= 1) throw new Unexpected(host, 'an address between "[" and "]"');
  const address = { text: host.text.slice(1, end), column: host.column + 1 };
  const port = rest(host, end + 1);
  if (port.text === '') return [address, undefined];
  if (port.text.startsWith('/')) throw new Unexpected(port, 'the length inside the brackets, as in [2001:db8::/32]:80');
  if (!port.text.startsWith(':')) throw new Unexpected(port, '":" and a port after the address, or nothing');
  return [address, port];
}

/** Where the end of an IPv6 address could be a port just as well, brackets have to say which. */
function splitBareIpv6(host: Word, colon: number, portNumbers: PortNumbers): [Word, Word | undefined] {
  const [address, port] = splitAt(host, colon);
  const isWhole = parseAddress(host.text) !== undefined;
  if (parseAddress(address.text) === undefined) return [host, undefined];
  if (!isWhole) return [address, port];
  const end = port.text.slice(1);
  if (!/^\d+$/.test(end) && portNumbers(end).length === 0) return [host, undefined];
  throw new Unexpected(host, `brackets: [${address.text}]${port.text} with a port, or [${host.text}] without one`);
}

function networkOf(word: Word): Network {
  const slash = word.text.indexOf('/');
  const text = slash < 0 ? word.text : word.text.slice(0, slash);
  const address = parseAddress(slash < 0 ? text : complete(text));
  if (address === undefined) {
    throw new Unexpected(word, /^[a-z_][\w.-]*$/i.test(text) ? `${A_HOST} (names are not looked up)` : A_HOST);
  }
  const family = text.includes(':') ? 'ipv6' : 'ipv4';
  const length = slash < 0 ? MOST_LENGTH[family] : lengthOf(rest(word, slash), family);
  return { family, length, address: lowest(address, family, length) };
}

const MOST_LENGTH = { ipv4: 32, ipv6: 128 } as const;

/** `10/8` is 10.0.0.0/8. */
const complete = (text: string): string =>
  /^\d+(\.\d+){0,2}$/.test(text) ? `${text}${'.0'.repeat(4 - text.split('.').length)}` : text;

function lengthOf(word: Word, family: Family): number {
  const text = word.text.slice(1);
  const mask = family === 'ipv4' ? parseAddress(text) : undefined;
  const length = mask === undefined ? (/^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : undefined) : lengthOfMask(mask);
  if (length === undefined || length > MOST_LENGTH[family]) {
    throw new Unexpected(word, `a length from /0 to /${MOST_LENGTH[family]} after the address`);
  }
  return length;
}

/** The lowest address of the network; host bits are passed over, as `ss` does. */
function lowest(address: IpAddress, family: Family, length: number): IpAddress {
  if (family === familyOf(address)) return truncate(address, length);
  return length >= 96 ? truncate(address, length - 96) : truncate(LOWEST_MAPPED, length);
}

/** A device's name; the index 0 of `ss` is "bound to none". */
export function parseDevice(word: Word): string {
  if (word.text === '0') return '';
  if (/^\d+$/.test(word.text))
    throw new Unexpected(word, "a device's name (an index is another device after a restart)");
  if (!/^[^/:]{1,15}$/.test(word.text) || /^(\.\.?|\*)$/.test(word.text)) {
    throw new Unexpected(word, 'the name of a network device, or 0 for sockets that are bound to none');
  }
  return word.text;
}
