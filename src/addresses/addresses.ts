/**
 * SHELL: addresses that a declared service brings along: given to a device of this host, and taken from it again.
 *
 * It removes nothing but what it added itself: in this run, or in an earlier one under its own label. What is done is the
 * newest wish: a removal that still waits is called off by a set-up. One of them is worked on at a time.
 */
import { bitsOf, familyOf, type IpAddress } from '../model/address.ts';
import type { Log } from '../runtime/log.ts';
import { type IpCommand, showWords } from './ip-command.ts';
import { parseShown, type ShownAddress } from './show.ts';

export interface OwnAddress {
  readonly address: IpAddress;
  readonly device: string;
}

export interface Addresses {
  /**
   * Adds what is missing. Resolves with why not all of it could be had; `undefined` when it is there, or on this host
   * on another device.
   */
  setUp(): Promise<string | undefined>;
  /** Removes what is ours, once `after` has resolved; nothing, when a set-up was asked for meanwhile. */
  remove(after: Promise<void>): Promise<void>;
}

export interface AddressesOptions {
  readonly wanted: readonly OwnAddress[];
  /** IFA_LABEL without the device's name; empty for none. */
  readonly label: string;
  readonly ip: IpCommand;
  readonly log: Log;
}

/** Each is a process with three pipes. */
const AT_ONCE = 16;

export function createAddresses({ wanted, label, ip, log }: AddressesOptions): Addresses {
  const owned = new Set<OwnAddress>();
  const devices = [...new Set(wanted.map(({ device }) => device))];
  let wishes = 0;
  let queue: Promise<unknown> = Promise.resolve();
  let lastProblem: string | undefined;

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = queue.then(work);
    queue = done.catch(() => {});
    return done;
  }

  async function shown(): Promise<ShownAddress[]> {
    const texts = await Promise.all(devices.map((device) => ip.run(...showWords(device))));
    return texts.flatMap(parseShown);
  }

  async function add(): Promise<string | undefined> {
    const present = await shown();
    const problems: string[] = [];
    for (const each of wanted) {
      const found = present.find((one) => isSame(one, each));
      if (found !== undefined) {
        if (label !== '' && found.label === label) owned.add(each);
        continue;
      }
      try {
        await ip.run('address', 'add', ...wordsFor(each));
        owned.add(each);
        log.info({ address: each.address, device: each.device }, 'address added');
      } catch (error) {
        problems.push(`${each.address}: ${(error as Error).message}`);
      }
    }
    return problems.length === 0 ? undefined : elsewhere(problems);
  }

  /** An address that this host has on another device serves as well. */
  async function elsewhere(problems: readonly string[]): Promise<string | undefined> {
    const everywhere = new Set(parseShown(await ip.run(...showWords())).map(({ address }) => address));
    const missing = wanted.filter(({ address }) => !everywhere.has(address));
    if (missing.length > 0) {
      return problems.find((problem) => missing.some(({ address }) => problem.startsWith(`${address}: `)));
    }
    const problem = problems.join('; ');
    if (problem !== lastProblem) log.info({ detail: problem }, 'addresses are on this host already, elsewhere');
    lastProblem = problem;
    return undefined;
  }

  /** All at once, and without a look before: under an ExaBGP that ends there are 2 s for everything. */
  async function takeAway(): Promise<void> {
    const waiting = [...owned];
    const failed: { readonly each: OwnAddress; readonly detail: string }[] = [];
    const takeNext = async (): Promise<void> => {
      for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
        try {
          await ip.run('address', 'delete', ...wordsFor(each));
          log.info({ address: each.address, device: each.device }, 'address removed');
          owned.delete(each);
        } catch (error) {
          failed.push({ each, detail: (error as Error).message });
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, takeNext));
    if (failed.length === 0) return;
    // Somebody else may have removed it, or have put another in its place.
    const present = await shown();
    for (const { each, detail } of failed) {
      if (present.some((one) => isSame(one, each) && isOurs(one))) {
        log.warn({ address: each.address, device: each.device, detail }, 'address not removed');
      } else owned.delete(each);
    }
  }

  /** Without a label there is nothing to tell by; IPv6 has none. */
  const isOurs = (one: ShownAddress): boolean =>
    label === '' || one.label === label || familyOf(one.address) === 'ipv6';

  const wordsFor = ({ address, device }: OwnAddress): string[] => [
    ...[`${address}/${bitsOf(familyOf(address))}`, 'dev', device],
    ...(label === '' ? [] : ['label', `${device}:${label}`]),
  ];

  return {
    setUp() {
      wishes++;
      return enqueue(() => add().catch((error: Error) => error.message));
    },
    async remove(after) {
      const wish = ++wishes;
      await after;
      if (wish !== wishes) return;
      await enqueue(takeAway).catch((error: Error) => log.warn({ detail: error.message }, 'addresses not removed'));
    },
  };
}

const isSame = (shown: ShownAddress, { address, device }: OwnAddress): boolean =>
  shown.address === address && shown.device === device && shown.length === bitsOf(familyOf(address));
