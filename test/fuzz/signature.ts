/** What is seen of a message when it is read: by that it is known whether another one shows anything new. */
import { describeNotification } from '../../src/bgp/wire/notification.ts';
import type { Nlri } from '../../src/bgp/wire/update.ts';
import type { Verdict } from './judge.ts';
import type { Seed } from './seed.ts';

/** How it ended: `update accepted`, `error 3/1`. */
export function outcomeOf({ decoded }: Verdict): string {
  if (!('message' in decoded)) return `error ${decoded.fault.code}/${decoded.fault.subcode}`;
  const { message } = decoded;
  return message.type === 'update' ? `update ${message.outcome}` : message.type;
}

/** Of an UPDATE, its attributes and what is wrong with each; of an OPEN, its capabilities; and so on. */
export function featuresOf({ session: { context } }: Seed, { decoded, fields }: Verdict): string[] {
  const features = new Set<string>([
    `${context.asOctets}`,
    context.isExternal ? 'external' : 'internal',
    `paths ${[...context.addPathReceived].join()}`,
  ]);
  if (!('message' in decoded)) {
    features.add(`${decoded.fault.code}/${decoded.fault.subcode} ${plain(decoded.why)}`);
  } else {
    const { message } = decoded;
    features.add(message.type);
    if (message.type === 'open') {
      for (const { type } of message.open.capabilities) features.add(`capability ${type}`);
      features.add(`capabilities ${few(message.open.capabilities.length)}`);
    } else if (message.type === 'notification') {
      features.add(plain(describeNotification(message.notification).replace(/:.*|, data.*/s, '')));
    } else if (message.type === 'routeRefresh') {
      features.add(`subtype ${Math.min(3, message.routeRefresh.subtype)}`);
    } else if (message.type === 'update') {
      const { outcome, update, faults } = message;
      features.add(outcome);
      features.add(`withdrawn ${amount(update.withdrawn)}`).add(`prefixes ${amount(update.nlri)}`);
      for (const attribute of update.attributes) {
        features.add(`attribute ${attribute.type}`);
        if (attribute.type === 'mpReach') features.add(`next hops ${attribute.nextHops.length}`);
        if ('nlri' in attribute)
          features.add(`${attribute.type} ${attribute.nlri.afi === 1 ? 4 : 6} ${amount(attribute.nlri)}`);
        if ('segments' in attribute) for (const { type } of attribute.segments) features.add(`segment ${type}`);
      }
      for (const fault of faults) features.add(`${fault.outcome} ${plain(fault.why)}`);
    }
  }
  for (const { name } of fields) features.add(`field ${plain(name)}`);
  return [...features];
}

const NUMBERS = /\b(?:0x[0-9a-f]+|\d+)\b/g;
const plain = (words: string): string => words.replace(NUMBERS, '#');
const few = (count: number): string => (count < 3 ? `${count}` : 'more');
const amount = (nlri: Nlri): string => few(nlri.count);
