/** The routing table of IPv4, from /proc/net/{fib_trie,fib_triestat,route}, PURE: net/ipv4/fib_trie.c. */
import { HOST_IS_LITTLE_ENDIAN } from '../../bytes/reader.ts';
import { lengthOf, type Prefix, parsePrefix } from '../../model/address.ts';
import { eachLine, eachRow } from './lines.ts';
import { addressOfWords } from './words.ts';

/** What this host takes for itself: table 255, "local". */
export interface LocalTable {
  /** Of a whole prefix every address is on this host; of most prefixes, only that one is. */
  readonly local: readonly Prefix[];
  readonly broadcast: readonly Prefix[];
}

/** A route of table 254, "main", that leads to neighbours: without a gateway. */
export interface ConnectedRoute {
  readonly prefix: Prefix;
  readonly device: string;
}

const TABLE = /^(?:Main|Local|Id -?\d+):$/;
const NODE = /^ *\+-- \d+\.\d+\.\d+\.\d+\/\d+ \d+ \d+ \d+$/;
const LEAF = /^ *\|-- (\d+\.\d+\.\d+\.\d+)$/;
/** Length, scope, type; a route for one type of service only is none for everybody. */
const ROUTE = /^ *\/(\d+) (?:[a-z]+|scope=\d+) ([A-Z]+|type \d+)( tos=\d+)?$/;
const ROUTE_HEADING = /^Iface\tDestination\tGateway /;
//  Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT; a metric above 2^31 is shown as negative
const MAIN_ROUTE =
  /^([^\t]+)\t([0-9A-F]{8})\t([0-9A-F]{8})\t([0-9A-F]{4,8})\t-?\d+\t\d+\t-?\d+\t([0-9A-F]{8})\t-?\d+\t\d+\t\d+ *$/;
/** include/uapi/linux/route.h */
const RTF = { up: 0x1, gateway: 0x2, reject: 0x200 } as const;

/**
 * Reads the local table from fib_trie. Until the first rule is made (`ip rule`), main and local are one trie, which is shown
 * under both names (fib_trie_unmerge). Throws `BytesError`.
 */
export function parseLocalTable(text: string): LocalTable {
  const table = { local: new Set<Prefix>(), broadcast: new Set<Prefix>() };
  let isLocal = false;
  let leaf: string | undefined;
  eachLine(text, (line) => {
    if (TABLE.test(line)) {
      isLocal = line === 'Local:';
      leaf = undefined;
      return true;
    }
    if (NODE.test(line)) return true;
    const isLeaf = LEAF.exec(line);
    leaf = isLeaf?.[1] ?? leaf;
    if (isLeaf !== null) return true;
    const [, length, type, tos] = ROUTE.exec(line) ?? [];
    const prefix = parsePrefix(`${leaf}/${length}`);
    if (typeof prefix !== 'string') return false;
    if (isLocal && tos === undefined && type === 'LOCAL') table.local.add(prefix);
    if (isLocal && tos === undefined && type === 'BROADCAST') table.broadcast.add(prefix);
    return true;
  });
  return { local: [...table.local], broadcast: [...table.broadcast] };
}

/**
 * Whether fib_triestat names a table besides main and local. A VRF makes its table at once (vrf_rtable_create in
 * drivers/net/vrf.c), and fib_triestat, unlike fib_trie, names empty ones too: without one there is no VRF.
 * Throws `BytesError`.
 */
export function hasOtherTables(text: string): boolean {
  let hasOthers = false;
  eachRow(text, /^Basic info: /, (line) => {
    if (line.startsWith('Id ')) hasOthers = true;
    return true; // what follows each name is statistics, which differ from kernel to kernel
  });
  return hasOthers;
}

/** Throws `BytesError`. */
export function parseConnectedRoutes(text: string, isLittleEndian = HOST_IS_LITTLE_ENDIAN): ConnectedRoute[] {
  const found: ConnectedRoute[] = [];
  eachRow(text, ROUTE_HEADING, (line) => {
    const [, device = '', destination = '', , flagDigits = '', mask = ''] = MAIN_ROUTE.exec(line) ?? [];
    const length = maskLength(mask, isLittleEndian);
    if (length === undefined) return false;
    const prefix = parsePrefix(`${addressOfWords(destination, isLittleEndian)}/${length}`);
    if (typeof prefix !== 'string') return false;
    const flags = Number.parseInt(flagDigits, 16);
    const isConnected = (flags & RTF.up) !== 0 && (flags & (RTF.gateway | RTF.reject)) === 0;
    if (isConnected && lengthOf(prefix) > 0 && device !== '*') found.push({ prefix, device });
    return true;
  });
  return found;
}

function maskLength(digits: string, isLittleEndian: boolean): number | undefined {
  if (digits === '') return undefined;
  const bits = addressOfWords(digits, isLittleEndian)
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}
