/**
 * Server-sent events by `fetch`: EventSource takes no header, and a token must not stand in an address.
 * Source: WHATWG HTML, "Interpreting an event stream". What we do not use is passed over: id, retry.
 */

/** A line longer than this is no event of ours: a hundred thousand overrides are one of some 30 MB. */
const MAX_LINE = 1 << 26;

/** @typedef {{ readonly event: string, readonly data: string }} Message */

/**
 * Cuts text, in pieces of any size, into events.
 *
 * @returns {(piece: string) => Message[]} Throws when a line never ends.
 */
export function createMessageReader() {
  /** Of a line that has not ended. @type {string[]} */
  let rest = [];
  let length = 0;
  let event = '';
  /** @type {string[]} */
  let data = [];

  /**
   * @param {string} line
   * @returns {Message[]}
   */
  function take(line) {
    if (line === '') {
      const whole = data.length === 0 ? [] : [{ event: event === '' ? 'message' : event, data: data.join('\n') }];
      event = '';
      data = [];
      return whole;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event = value ?? '';
    if (field === 'data') data.push(value ?? '');
    return [];
  }

  return (piece) => {
    rest.push(piece);
    length += piece.length;
    if (length > MAX_LINE) throw new Error('a line of the event stream does not end');
    // A long line comes in many pieces: it is looked through once.
    if (!/[\r\n]/.test(piece)) return [];
    const lines = rest.join('').split(/\r\n|\n|\r(?!$)/);
    const last = lines.pop() ?? '';
    [rest, length] = [[last], last.length];
    return lines.flatMap(take);
  };
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {(messages: readonly Message[]) => void} hear Called with each piece that came, also with one that holds no event:
 *   a comment, which says that the other side lives.
 * @returns {Promise<void>} When the stream has ended. Throws when it broke.
 */
export async function hearMessages(stream, hear) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const cut = createMessageReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    hear(cut(decoder.decode(value, { stream: true })));
  }
}
