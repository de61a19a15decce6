/** How much the API takes of anybody, and for how long. What is beyond leaves descriptors, memory and time for BGP. PURE. */
const KIB = 1_024;
const SECOND = 1_000;

export const LIMITS = {
  /** Octets of a body, */
  body: 64 * KIB,
  /** of all header fields together, */
  headers: 16 * KIB,
  /** and characters of an address. */
  url: 2 * KIB,
  /** Connections to each kind of listener; those beyond are closed at once. */
  connections: 256,
  /** Of them such as have not yet agreed on keys: each costs a millisecond or more of the loop, and they may come together. */
  handshakes: 16,
  /** Streams of events, on all of them. */
  streams: 200,
  /** Answers with metrics that are made, or not yet taken: of thousands of services each is some megabytes. */
  scrapes: 16,
  /** What waits for one reader of events, besides one change that is long by itself, before it is dropped. Octets. */
  streamBacklog: 1_024 * KIB,
  /** Changes that wait to be put into words. Beyond it nobody could follow. */
  changesWaiting: 200_000,
  /** How long somebody may take to send the headers, */
  headersMs: 5 * SECOND,
  /** or all of a request, */
  requestMs: 10 * SECOND,
  /** to begin the next one, */
  keepAliveMs: 5 * SECOND,
  /** to take anything at all of an answer, */
  stalledMs: 30 * SECOND,
  /** and all of it, unless it is a stream. */
  answerMs: 60 * SECOND,
  /** How often the first two are looked after. */
  checkMs: 2 * SECOND,
  /** How long a connection stays that has an answer, and has not sent all of its request. */
  lingerMs: 1 * SECOND,
  requestsPerConnection: 10_000,
  /** A comment on each stream, so that both sides notice when the other is gone. */
  keepaliveMs: 15 * SECOND,
  /** How long answers may have in one turn of the event loop, all of them together. */
  turnMs: 3,
  /** Octets of an answer that are written at once. */
  piece: 64 * KIB,
} as const;
