/** What a session says of how its peer stands to a prefix, against the peer's table as it makes it of our messages. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AdjRibOut, createAdjRibOut, type PeerStance } from '../../src/bgp/adj-rib-out.ts';
import { createRib } from '../../src/bgp/rib.ts';
import { createUpdateGroups } from '../../src/bgp/update-group.ts';
import { decodeMessage } from '../../src/bgp/wire/decode.ts';
import { entriesOf } from '../../src/bgp/wire/nlri.ts';
import { insideOf, type Prefix } from '../../src/model/address.ts';
import { ms } from '../../src/model/millis.ts';
import type { Route, RouteAttributes } from '../../src/model/route.ts';
import { runs } from '../helpers/fuzz.ts';
import { ip, terms } from '../helpers/sessions.ts';

const ALL = ['198.51.100.1/32', '198.51.100.2/32', '198.51.100.3/32', '203.0.113.1/32'] as Prefix[];
/** The third peer may have nothing else. */
const ONLY = '198.51.100.0/24' as Prefix;
const ATTRIBUTES: readonly RouteAttributes[] = [1, 2].map((med) => ({ nextHop: 'self', med }));
const ROUTES = new Map(ALL.map((prefix) => [prefix, ATTRIBUTES.map((attributes): Route => ({ prefix, attributes }))]));
const CONTEXT = { asOctets: 4, longestMessage: 65_535, addPathReceived: new Set<never>(), isExternal: true } as const;

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('set' as const),
      prefix: fc.constantFrom(...ALL),
      med: fc.option(fc.nat({ max: 1 }), { nil: undefined }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('read' as const), peer: fc.nat({ max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const), peer: fc.nat({ max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('change' as const),
      peer: fc.nat({ max: 2 }),
      hasOnly: fc.boolean(),
      med: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
    }),
  },
);

interface Its {
  readonly hasOnly: boolean;
  /** Said instead of what routes say. */
  readonly med: number | undefined;
}

class Peer {
  /** By settings of now. */
  its: Its;
  /** What other settings make of its table has yet to be read. */
  isBehind = false;
  readonly table = new Map<string, number | undefined>();
  announced = 0;
  withdrawn = 0;
  readonly out: AdjRibOut;
  constructor(out: AdjRibOut, its: Its) {
    this.out = out;
    this.its = its;
  }
  read(): void {
    this.isBehind = false;
    for (const bytes of this.out.next()) {
      const decoded = decodeMessage(bytes, CONTEXT);
      if (!('message' in decoded) || decoded.message.type !== 'update') throw new Error(JSON.stringify(decoded));
      const { withdrawn, attributes, nlri } = decoded.message.update;
      for (const { prefix } of entriesOf(withdrawn)) {
        this.table.delete(prefix);
        this.withdrawn++;
      }
      const med = attributes.find((each) => each.type === 'med')?.med;
      for (const { prefix } of entriesOf(nlri)) {
        this.table.set(prefix, med);
        this.announced++;
      }
    }
  }
}

function expected(has: number | undefined, wanted: number | undefined, mayHave: boolean): PeerStance {
  if (wanted !== undefined && !mayHave) return 'not-for-it';
  if (wanted === undefined) return has === undefined ? 'none' : 'leaving';
  return has === wanted ? 'told' : 'waiting';
}

const settingsOf = (index: number, { hasOnly, med }: Its) => ({
  ...{ address: ip(`192.0.2.${250 + index}`), only: hasOnly ? [ONLY] : [] },
  attributes: med === undefined ? {} : { med: med + 1 },
});

it('is what the peer has and is to have, whether it reads or not, alone or in a group, also after a reload', () => {
  const seen = new Set<PeerStance>();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const rib = createRib();
      const groups = createUpdateGroups();
      const wanted = new Map<Prefix, number>();
      const open = (index: number): Peer => {
        const its = { hasOnly: index === 2, med: undefined };
        return new Peer(
          createAdjRibOut(rib, terms({ settings: settingsOf(index, its) }), () => true, groups),
          its,
        );
      };
      const peers = [open(0), open(1), open(2)];
      let now = 0;
      for (const each of steps) {
        now++;
        if (each.type === 'read') peers[each.peer]?.read();
        else if (each.type === 'reopen') {
          peers[each.peer]?.out.close();
          peers[each.peer] = open(each.peer);
        } else if (each.type === 'change') {
          const peer = peers[each.peer] as Peer;
          peer.its = each;
          peer.isBehind = true;
          peer.out.change(terms({ settings: settingsOf(each.peer, each) }).settings);
        } else {
          const route = each.med === undefined ? undefined : ROUTES.get(each.prefix)?.[each.med];
          rib.set(each.prefix, route === undefined ? [] : [route], ms(now));
          if (route?.attributes.med === undefined) wanted.delete(each.prefix);
          else wanted.set(each.prefix, route.attributes.med);
        }
        for (const [index, peer] of peers.entries()) {
          for (const prefix of ALL) {
            const entry = rib.find(prefix);
            const stance = entry === undefined ? 'none' : peer.out.standingOf(entry);
            const { its, table } = peer;
            const mayHave = !its.hasOnly || insideOf(ONLY)(prefix);
            const said = wanted.get(prefix) === undefined || its.med === undefined ? wanted.get(prefix) : its.med + 1;
            const should = expected(table.get(prefix), said, mayHave);
            seen.add(stance);
            // All that is packed for it counts as not taken, and what is other in words that this peer does not hear.
            if (peer.isBehind && stance !== 'told') continue;
            if (its.med !== undefined && stance === 'waiting') continue;
            if (stance !== should) expect([index, prefix, stance]).toEqual([index, prefix, should]);
            if (stance !== 'none') expect(entry?.at).toBeLessThanOrEqual(now);
          }
          if (!peer.isBehind) expect(peer.out.said()).toEqual({ announced: peer.announced, withdrawn: peer.withdrawn });
        }
      }
    }),
    runs(1_000),
  );
  expect([...seen].sort()).toEqual(['leaving', 'none', 'not-for-it', 'told', 'waiting']);
});
