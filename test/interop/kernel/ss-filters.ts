/** Filters for `ss`(8), generated: words with spaces between them, in all spellings, over the sockets of `ss-filter.test.ts`. */
import fc from 'fast-check';

/** On which the sockets are. */
export const PORTS = [1, 22, 53, 80, 443, 853, 8080, 8443, 40_000, 65_535];

const word = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
const EQUAL = word('=', '==', 'eq', '');
const NETWORKS = {
  /** No socket of the other family begins with the same bits. */
  apart: [
    ...['10.0.0.1', '10.0.0.0/8', '10/8', '10.0.0.0/31', '10.1.2.3/16', '192.0.2.128/25', '192.0.2.129/255.255.255.0'],
    ...[
      '127.0.0.0/8',
      '128.0.0.0/1',
      '10.9.9.9',
      '[::1]',
      '[2001:db8::1]',
      '[2001:db8::/32]',
      '2001:db8::/64',
      '2000::/3',
    ],
    ...['2001:db8:0:1::/64', '[2001:db8:0:1::5/127]', '[::ffff:10.0.0.1]', '[::ffff:0:0/96]', '::ffff:10.0.0.0/104'],
  ],
  /** The others: `ss` mixes the families up, unless no `not` and no device stands in the filter. */
  alike: [
    '0.0.0.0',
    '0.0.0.0/0',
    '0.0.0.0/1',
    '[::]',
    '[::]:80',
    '::/0',
    '::/64',
    '[::ffff:0:0/90]',
    '::/127',
    '8.0.0.0/5:80',
    '::ffff:10.0.0.1:80',
  ],
};
const PORT_NAMES = ['domain', 'https'];
const port = fc.oneof(
  fc.constantFrom(...PORTS).map((number) => `:${number}`),
  fc.integer({ min: 0, max: 65_535 }).map((number) => `:${number}`),
  word('80', '0x1bb', ':*', '*', ...PORT_NAMES.map((name) => `:${name}`), ...PORT_NAMES),
);
const numbered = fc.constantFrom(...PORTS).map((number) => `:${number}`);
const spaced = (...words: readonly string[]): string => words.filter((one) => one !== '').join(' ');

const equalPort = fc.tuple(word('sport', 'sport', 'sport', 'dport'), EQUAL, port).map((words) => spaced(...words));
const compared = fc
  .tuple(
    word('sport', 'sport', 'sport', 'dport'),
    word('<', 'lt', '<=', 'le', 'leq', '>', 'gt', '>=', 'ge', 'geq'),
    numbered,
  )
  .map((words) => spaced(...words));
const unequal = fc.tuple(word('sport', 'dport'), word('!=', 'ne', 'neq'), numbered).map((words) => spaced(...words));
const hosts = (networks: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      word('src', 'src', 'src', 'dst'),
      EQUAL,
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...networks) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom(...networks.filter(mayTakePort)), numbered)
            .map(([host, number]) => host + number),
        },
        {
          weight: 1,
          arbitrary: fc.oneof(
            word('*', 'any', 'all', 'default', '*:*'),
            numbered,
            numbered.map((number) => `*${number}`),
          ),
        },
      ),
    )
    .map((words) => spaced(...words));
const mayTakePort = (network: string): boolean => !/(]|\d):\d+$/.test(network);
const device = fc
  .tuple(fc.constant('dev'), word('=', '==', 'eq', '', '!=', 'ne', 'neq'), word('s0', 's1', 'lo', '0'))
  .map((words) => spaced(...words));

/** Conditions connected in every way, with and without parentheses. */
function filters(condition: fc.Arbitrary<string>, not: readonly string[]): fc.Arbitrary<string> {
  const connective = word('and', '&', '&&', '', 'or', '|', '||', 'or');
  return fc.letrec<{ chain: string; term: string }>((tie) => ({
    chain: fc
      .tuple(tie('term'), fc.array(fc.tuple(connective, tie('term')), { maxLength: 3 }))
      .map(([first, more]) => spaced(first, ...more.flat())),
    term: fc.oneof(
      { maxDepth: 3 },
      condition,
      ...not.map((spelled) => tie('term').map((term) => `${spelled} ${term}`)),
      tie('chain').map((chain) => `( ${chain} )`),
    ),
  })).chain;
}

const ports = [equalPort, compared, compared];
const general = filters(fc.oneof(...ports, unequal, device, hosts(NETWORKS.apart), hosts(NETWORKS.apart)), [
  'not',
  '!',
]);
const withoutHosts = filters(fc.oneof(...ports, unequal, device), ['not', '!']);
const positive = filters(fc.oneof(...ports, hosts([...NETWORKS.apart, ...NETWORKS.alike])), []);
const ofFamily = word(
  'src inet:*',
  'src inet6:*',
  'src inet:10.0.0.0/8',
  'sport != inet::80',
  'sport >= inet6::443',
  'src inet6:[2001:db8::/32]:80',
  'sport inet:80',
);
/** Of the whole language, as `ss` takes it. */
export const anyFilter = fc.oneof(
  { weight: 5, arbitrary: general },
  { weight: 3, arbitrary: positive },
  {
    weight: 1,
    arbitrary: fc.tuple(ofFamily, withoutHosts).map(([family, filter]) => `${family} and ( ${filter} )`),
  },
  { weight: 1, arbitrary: fc.tuple(ofFamily, general).map(([family, filter]) => `${filter} and ${family}`) },
);

const WORDS = [
  'sport',
  'src',
  'dst',
  'dev',
  '=',
  '!=',
  '>=',
  ':80',
  '10.0.0.0/8',
  '[2001:db8::1]:80',
  's0',
  'and',
  'or',
  'not',
  '(',
  ')',
  'no/such',
  ':no/such',
  '10.0.0.256:80',
  '10.0.0.1/33',
  '[::1',
];
/** What is refused or taken on purpose, see above: a number for an address or a device, and a device that is not there. */
const DIFFERS = /\b((src|dst)( (=|==|eq))? (0|80|0x1bb)|dev( (=|==|eq|!=|ne|neq))? (?!(s0|s1|lo|0)( |$))\w+)( |$)/;
/** A good filter with words left out, put in, or exchanged. */
export const scattered = fc
  .tuple(
    filters(
      fc.oneof(
        equalPort.filter((text) => !text.includes('*')),
        unequal,
        hosts(NETWORKS.apart).filter((text) => !text.includes('*')),
        device,
      ),
      ['not'],
    ),
    fc.array(fc.record({ at: fc.nat(20), leave: fc.nat(1), put: fc.array(word(...WORDS), { maxLength: 1 }) }), {
      maxLength: 2,
    }),
  )
  .map(([filter, changes]) => {
    const words = filter.split(' ');
    for (const { at, leave, put } of changes) words.splice(at % words.length, leave, ...put);
    return words.join(' ');
  })
  .filter((text) => text !== '' && !DIFFERS.test(text));
