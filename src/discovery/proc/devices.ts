/**
 * Devices, from /proc/net/{dev,igmp}, PURE.
 *
 * /sys/class/net would say more, but it shows the devices of whichever network namespace mounted it, and nothing tells
 * whether that is ours. /proc/net is always the reader's own.
 */
import { HOST_IS_LITTLE_ENDIAN } from '../../bytes/reader.ts';
import { eachRow } from './lines.ts';
import { addressOfWords } from './words.ts';

export interface UpDevice {
  readonly name: string;
  readonly index: number;
}

/** The kernel's loopback device, whatever its name (include/net/flow.h, LOOPBACK_IFINDEX). */
export const LOOPBACK_INDEX = 1;
const ALL_HOSTS = '224.0.0.1';
const IGMP_DEVICE = /^(\d+)\t([^ :]+) *: +-?\d+ +[^ ]+$/;
const IGMP_GROUP = /^\t+([0-9A-F]{8}) +-?\d+ \d+:[0-9A-F]{8,16}\t+\d+$/;

/** Every device's name, from /proc/net/dev. Throws `BytesError`. */
export function parseDeviceNames(text: string): string[] {
  const names: string[] = [];
  eachRow(text, /^Inter-\|/, (line) => {
    if (line.startsWith(' face |')) return true;
    const name = /^ *([^ :]+):[ \d]+$/.exec(line)?.[1];
    if (name !== undefined) names.push(name);
    return name !== undefined;
  });
  return names;
}

/**
 * The devices that are up (IFF_UP), from /proc/net/igmp: the kernel joins 224.0.0.1 when a device comes up and leaves it
 * when it goes down, whatever it can do with multicast (ip_mc_up and ip_mc_down in net/ipv4/igmp.c). Throws `BytesError`.
 */
export function parseUpDevices(text: string, isLittleEndian = HOST_IS_LITTLE_ENDIAN): UpDevice[] {
  const up: UpDevice[] = [];
  let device: UpDevice | undefined;
  eachRow(text, /^Idx\tDevice /, (line) => {
    const [, index, name] = IGMP_DEVICE.exec(line) ?? [];
    if (name !== undefined) {
      device = { name, index: Number(index) };
      return true;
    }
    const group = IGMP_GROUP.exec(line)?.[1];
    if (group === undefined || device === undefined) return false;
    if (addressOfWords(group, isLittleEndian) === ALL_HOSTS) up.push(device);
    return true;
  });
  return up;
}
