/**
 * Why a prefix is announced or not, PURE, stage by stage, with what each of them found: for any prefix, also one that was
 * never a candidate. The reason is the one that `standing` gives; here is what stands around it.
 */
import { type IpAddress, isHostPrefix, networkAddress, type Prefix, truncate } from '../model/address.ts';
import type { Millis } from '../model/millis.ts';
import { type Reason, type Stage, sentence, stageOf } from '../model/reason.ts';
import type { StageView } from '../model/view.ts';
import { type Asked, type ExplainedLine, linesOf, plain } from './explain-lines.ts';
import { healthNow, reasonOf, standingOf } from './standing.ts';
import type { DaemonState } from './state.ts';
import { reasonView } from './view.ts';

export interface ExplainedStage extends Omit<StageView, 'lines'> {
  readonly lines: readonly ExplainedLine[];
}

export const STAGES = ['facts', 'candidates', 'health', 'verdict', 'routes'] as const satisfies readonly Stage[];

/** What there is to say about an address: its host prefix, then every prefix that we know and that contains it. */
export function prefixesAbout(state: DaemonState, of: IpAddress | Prefix): readonly Prefix[] {
  const asked = of.includes('/') ? (of as Prefix) : undefined;
  if (asked !== undefined && !isHostPrefix(asked)) return [asked];
  const address = asked === undefined ? (of as IpAddress) : networkAddress(asked);
  const { standings, policy, facts } = state;
  const bits = address.includes(':') ? 128 : 32;
  const found = [`${address}/${bits}` as Prefix];
  for (let length = bits - 1; length >= 0; length--) {
    const prefix = `${truncate(address, length)}/${length}` as Prefix;
    const isKnown =
      standings.of.has(prefix) ||
      policy.statics.routes.has(prefix) ||
      policy.services.has(prefix) ||
      facts.areas.has(prefix);
    if (isKnown) found.push(prefix);
  }
  return found;
}

export function explain(state: DaemonState, prefix: Prefix, asked: Asked): readonly ExplainedStage[] {
  const standing = standingOf(state, prefix, asked.now);
  const reason = reasonOf(standing);
  const decided = reason && stageOf(reason);
  const unfit = whyUnfit(state, prefix, asked.now, reason);
  return STAGES.map((stage) => {
    const isUnfit = unfit !== undefined && stage === stageOf(unfit);
    const answer = isUnfit ? 'no' : answerOf(stage, standing.announced, reason);
    const about = isUnfit ? unfit : stage === decided || answer === 'waits' ? reason : undefined;
    const said = answer === 'not-reached' ? [] : linesOf(stage, state, prefix, asked);
    const why = about && sentence(prefix, about);
    const isSaid = why === undefined || said.some(({ text }) => text === why);
    return {
      ...{ stage, answer, lines: isSaid ? said : [...said, plain(why)] },
      ...(about && { reason: reasonView(prefix, about) }),
    };
  });
}

/** Whoever repairs what is held back by hand wants to know whether it would be announced otherwise. */
function whyUnfit(state: DaemonState, prefix: Prefix, now: Millis, reason: Reason | undefined): Reason | undefined {
  const isByHand = reason?.code === 'drained' || reason?.code === 'set-down';
  if (!isByHand || state.policy.statics.routes.has(prefix)) return undefined;
  const health = healthNow(state, prefix, now);
  return health.up ? undefined : health.reason;
}

/** What is announced still, and about to go, has passed all of them once: the stage that says no now, and the delay that runs. */
function answerOf(stage: Stage, isAnnounced: boolean, reason: Reason | undefined): StageView['answer'] {
  if (reason === undefined) return 'yes';
  const [at, decided] = [STAGES.indexOf(stage), STAGES.indexOf(stageOf(reason))];
  if (at < decided || (isAnnounced && stage === 'routes')) return 'yes';
  if (isAnnounced && stage === 'verdict') return 'waits';
  if (at > decided) return 'not-reached';
  return WAITING.has(reason.code) ? 'waits' : 'no';
}

/** Something runs that ends it. */
const WAITING: ReadonlySet<Reason['code']> = new Set<Reason['code']>(['announce-delay', 'dampened', 'not-started']);
