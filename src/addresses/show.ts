/** What `ip -o address show` says, PURE: one line an address. */
import { type IpAddress, parseAddress } from '../model/address.ts';

export interface ShownAddress {
  readonly device: string;
  readonly address: IpAddress;
  readonly length: number;
  /** IFA_LABEL without the device's name and the colon; empty where there is none, as always with IPv6. */
  readonly label: string;
}

/**
 * Such as `1: lo    inet 192.0.2.1/32 scope global lo:web\       valid_lft forever preferred_lft forever`. A line of any
 * other shape is left out: addresses with a peer have no length of their own.
 */
export function parseShown(text: string): ShownAddress[] {
  return text.split('\n').flatMap((line) => {
    const [, device, base = '', digits] = /^\d+:\s+(\S+)\s+inet6?\s+([\da-f.:]+)\/(\d+)\s/.exec(line) ?? [];
    const address = parseAddress(base);
    if (device === undefined || address === undefined) return [];
    const words = (line.split('\\', 1)[0] ?? '').trim().split(/\s+/);
    const label = words.find((word) => word.startsWith(`${device}:`))?.slice(device.length + 1) ?? '';
    return [{ device, address, length: Number(digits), label }];
  });
}
