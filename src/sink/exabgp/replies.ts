/** ExaBGP's text API, PURE: what it says on our stdin: answers to commands, events, and whatever else may come. */

/** Longest line that is looked at. ExaBGP's own limit for a command is 1 MiB; its answers and events are far shorter. */
export const LONGEST_LINE = 65_536;

export type Said =
  | { readonly type: 'done' }
  | { readonly type: 'error' }
  /** ExaBGP ends, and is going to send SIGTERM. */
  | { readonly type: 'shutdown' }
  /** What became of a session. `connected` comes before `up`. */
  | {
      readonly type: 'neighbor';
      readonly neighbor: string;
      readonly state: 'connected' | 'up' | 'down';
      readonly reason?: string;
      /** Its AS number; of the JSON encoder alone. */
      readonly as?: number;
    }
  /** Something else that happened, of the text encoder or the JSON one: no answer to a command. */
  | { readonly type: 'event'; readonly text: string }
  | { readonly type: 'unknown'; readonly text: string }
  /** A line that was too long to be kept; it counts once, whatever its length. */
  | { readonly type: 'oversized' };

export interface ReplyReader {
  /** What the chunk completes. The rest waits for the next one, up to `LONGEST_LINE`. */
  read(chunk: Uint8Array): Said[];
}

export function createReplyReader(): ReplyReader {
  let partial = '';
  let isSkipping = false;
  const decoder = new TextDecoder();

  function add(text: string): Said[] {
    if (isSkipping) return [];
    partial += text;
    if (partial.length <= LONGEST_LINE) return [];
    partial = '';
    isSkipping = true;
    return [{ type: 'oversized' }];
  }

  return {
    read(chunk) {
      const said: Said[] = [];
      const [first = '', ...rest] = decoder.decode(chunk, { stream: true }).split('\n');
      said.push(...add(first));
      for (const text of rest) {
        const line = partial.trim();
        // A blank line stands behind each event of the text encoder.
        if (!isSkipping && line !== '') said.push(classify(line));
        partial = '';
        isSkipping = false;
        said.push(...add(text));
      }
      return said;
    },
  };
}

function classify(line: string): Said {
  if (line === 'done' || line === 'error') return { type: line };
  if (/^shutdown( \d+)*$/.test(line)) return { type: 'shutdown' };
  if (line.startsWith('{')) return fromJson(line);
  const [, neighbor, state, reason] = /^neighbor ([0-9a-fA-F.:]+) (connected|up|down)(?: - (.*))?$/.exec(line) ?? [];
  if (neighbor !== undefined) return { type: 'neighbor', neighbor, state: state as State, ...(reason && { reason }) };
  if (/^neighbor \S+ \S/.test(line)) return { type: 'event', text: line };
  return { type: 'unknown', text: line };
}

type State = Extract<Said, { type: 'neighbor' }>['state'];

/** ExaBGP writes its JSON by hand, and not always well: what cannot be read is an event like any other. */
function fromJson(text: string): Said {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    return { type: 'event', text };
  }
  if (at(event, 'type') === 'notification' && at(event, 'notification') === 'shutdown') return { type: 'shutdown' };
  const state = at(event, 'neighbor', 'state');
  const neighbor = at(event, 'neighbor', 'address', 'peer');
  const reason = at(event, 'neighbor', 'reason');
  const as = at(event, 'neighbor', 'asn', 'peer');
  const isState = state === 'connected' || state === 'up' || state === 'down';
  if (at(event, 'type') !== 'state' || !isState || typeof neighbor !== 'string') return { type: 'event', text };
  return {
    ...{ type: 'neighbor', neighbor, state },
    ...(typeof reason === 'string' && { reason }),
    ...(isAsNumber(as) && { as }),
  };
}

const isAsNumber = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) <= 0xffff_ffff;

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined,
    value,
  );
