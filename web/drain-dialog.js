/** Drain and undrain: each says what happens, to how many services and until when, before it is done. */
import { change, ProblemError, read } from './client.js';
import { cancelButton, closeDialog, openDialog } from './dialog.js';
import { element, write } from './element.js';
import { isInside } from './service-list.js';
import { lookOf } from './standing.js';
import { clockWords, millisOf } from './time.js';
import { count, number } from './words.js';

/** @import { App } from './app.js' */
/** @import { ServiceView } from '../src/model/view.ts' */

/** As `for` of the API takes them, with their milliseconds. @type {readonly (readonly [string, string, number])[]} */
const LENGTHS = [
  ['15m', '15 minutes', 15 * 60_000],
  ['30m', '30 minutes', 30 * 60_000],
  ['1h', '1 hour', 3_600_000],
  ['4h', '4 hours', 4 * 3_600_000],
  ['', 'until somebody undrains', 0],
];
const FIRST_LENGTH = '30m';
const LONGEST_WHY = 200;
const MOST_TARGETS = 5;

/** @typedef {{ readonly before?: readonly { readonly target: string, readonly by: string }[], readonly remarks: readonly string[], readonly services: readonly string[] }} Answer Of `Done`. */

/**
 * @param {App} app
 * @param {ServiceView | 'all'} of
 */
export function openDrainDialog(app, of) {
  const target = of === 'all' ? 'all' : of.prefix;
  const services = of === 'all' ? [...app.store.services().values()] : [of];
  const namesakes =
    of === 'all' || of.name === undefined
      ? 0
      : [...app.store.services().values()].filter(({ prefix, name }) => name === of.name && prefix !== of.prefix)
          .length;
  const announced = services.filter(({ state }) => state === 'announced' || state === 'leaving').length;
  const lengths = element(
    'select',
    { id: 'drain-length' },
    ...LENGTHS.map(([value, words]) => element('option', { value, selected: value === FIRST_LENGTH }, words)),
  );
  const why = element('input', {
    type: 'text',
    id: 'drain-why',
    maxlength: LONGEST_WHY,
    autocomplete: 'off',
    placeholder: 'such as: kernel upgrade',
  });
  const end = element('li');
  const graceful = element('li', {}, 'Then, after the drain time of the daemon (--drain-time), withdrawn.');
  const problem = element('p', { class: 'problem', role: 'alert' });
  const confirm = element('button', { type: 'submit', class: 'danger' });
  const what = of === 'all' ? `all ${count(services.length, 'service')}` : '1 service';

  function describe() {
    const [, , ms] = chosenLength();
    const until = ms === 0 ? undefined : clockWords(app.seenAt() + ms, app.seenAt());
    write(
      end,
      until === undefined
        ? 'It stays so until somebody undrains.'
        : `At ${until} it ends by itself, and what is up is announced again.`,
    );
    write(confirm, `Drain ${what}${until === undefined ? ' until undrained' : ` until ${until}`}`);
  }

  const chosenLength = () => LENGTHS.find(([value]) => value === lengths.value) ?? /** @type {const} */ (['', '', 0]);

  lengths.addEventListener('change', describe);
  describe();
  void drainTime().then((words) => {
    if (words !== undefined) write(graceful, `Then, after ${words}, withdrawn.`);
  });
  openDialog(
    of === 'all' ? `Drain all ${count(services.length, 'service')}?` : `Drain ${nameOf(of)}?`,
    [
      element(
        'ul',
        { class: 'lines' },
        element(
          'li',
          {},
          of === 'all'
            ? `${count(announced, 'service')} of them announced now; those that come later are drained too.`
            : `It is ${lookOf(of).word} now.`,
        ),
        namesakes === 0 || of === 'all'
          ? undefined
          : element(
              'li',
              {},
              `This prefix alone: ${count(namesakes, 'other prefix', 'other prefixes')} of ${of.name} ${namesakes === 1 ? 'stays as it is' : 'stay as they are'}.`,
            ),
        announced === 0
          ? element('li', {}, 'Nothing is announced, so that nothing is withdrawn: it is kept from being announced.')
          : element(
              'li',
              {},
              `At once: ${announced === 1 ? 'its route is' : 'their routes are'} told with graceful shutdown (RFC 8326), so that traffic goes elsewhere.`,
            ),
        announced === 0 ? undefined : graceful,
        end,
      ),
      element('label', { for: 'drain-length' }, 'For how long'),
      lengths,
      element('label', { for: 'drain-why' }, 'Why (others see it)'),
      why,
      problem,
      element('div', { class: 'buttons' }, confirm, cancelButton()),
    ],
    {
      focus: lengths,
      submit: () => {
        const [length] = chosenLength();
        const body = {
          target,
          ...(length !== '' && { for: length }),
          ...(why.value.trim() !== '' && { why: why.value.trim() }),
        };
        void carryOut(app, 'drain', body, confirm, problem, (n) => `Drained ${count(n, 'service')}`);
      },
    },
  );
}

/**
 * @param {App} app
 * @param {string} target Of the drain.
 */
export function openUndrainDialog(app, target) {
  const drains = (app.store.summary()?.overrides ?? []).filter(({ kind }) => kind === 'drain');
  const drain = drains.find((each) => each.target === target);
  const inside = drains.filter((each) => each !== drain && endsWith(each.target, target));
  const covered = servicesOf((each) => each === target || endsWith(each, target));
  const others = covered.filter((service) =>
    service.overrides.some((each) => each.kind === 'drain' && each.target !== target && !endsWith(each.target, target)),
  );
  const problem = element('p', { class: 'problem', role: 'alert' });
  const confirm = element(
    'button',
    { type: 'submit', class: 'danger' },
    `Undrain ${count(covered.length, 'service')} now`,
  );
  /** @param {(target: string) => boolean} isEnded */
  function servicesOf(isEnded) {
    return [...app.store.services().values()].filter(({ overrides }) =>
      overrides.some((each) => each.kind === 'drain' && isEnded(each.target)),
    );
  }

  const said =
    drain === undefined
      ? undefined
      : element(
          'li',
          {},
          `Said by ${drain.by} at ${clockWords(millisOf(drain.at), app.seenAt())}, ${drain.until === undefined ? 'until somebody undrains' : `until ${clockWords(millisOf(drain.until), app.seenAt())}`}${drain.why === '' ? '.' : `: ${drain.why}`}`,
        );
  openDialog(
    target === 'all' ? 'Undrain everything?' : `Undrain ${target}?`,
    [
      element(
        'ul',
        { class: 'lines' },
        said,
        inside.length === 0
          ? undefined
          : element('li', {}, `What lies inside it ends too: ${targetsOf(inside.map((each) => each.target))}.`),
        element(
          'li',
          {},
          `${count(covered.length, 'service')}: what is up is announced again as soon as this host has been read anew.`,
        ),
        others.length === 0
          ? undefined
          : element('li', {}, `${count(others.length, 'service')} of them stay drained: another drain covers them.`),
      ),
      problem,
      element('div', { class: 'buttons' }, confirm, cancelButton()),
    ],
    {
      focus: confirm,
      submit: () =>
        void carryOut(app, 'undrain', { target }, confirm, problem, (n) => `Undrained ${count(n, 'service')}`),
    },
  );
}

/**
 * @param {App} app
 * @param {'drain' | 'undrain'} path
 * @param {object} body
 * @param {HTMLButtonElement} confirm
 * @param {HTMLElement} problem
 * @param {(services: number) => string} words
 */
async function carryOut(app, path, body, confirm, problem, words) {
  confirm.disabled = true;
  problem.textContent = '';
  try {
    /** @type {Answer} */
    const { services, before = [], remarks } = await change(path, body);
    closeDialog();
    const was =
      before.length === 0 ? [] : [`before: ${before.map(({ target, by }) => `${target} by ${by}`).join(', ')}`];
    app.tell(`${[words(services.length), ...was, ...remarks].join('; ')}.`);
    app.connection.want('all');
  } catch (error) {
    confirm.disabled = false;
    const said = error instanceof Error ? error.message : String(error);
    if (error instanceof ProblemError && error.status === 401)
      return app.askToken(`The daemon does not take this token: ${said}. Nothing was changed.`);
    const isKnown = error instanceof ProblemError && error.status > 0;
    problem.textContent = isKnown ? `Nothing was changed: ${said}` : `Whether it was done is not known: ${said}`;
  }
}

/**
 * As the daemon has it: who ends a drain ends those inside it.
 *
 * @param {string} drained
 * @param {string} target
 */
const endsWith = (drained, target) =>
  target === 'all' || (drained.includes('/') && target.includes('/') && isInside(drained, target));

/** @param {readonly string[]} targets */
function targetsOf(targets) {
  const rest = targets.length - MOST_TARGETS;
  return `${targets.slice(0, MOST_TARGETS).join(', ')}${rest > 0 ? ` and ${number(rest)} more` : ''}`;
}

/** @param {ServiceView} of */
const nameOf = ({ prefix, name }) => (name === undefined ? prefix : `${prefix} (${name})`);

/** As the settings have it. */
async function drainTime() {
  try {
    /** @type {{ settings: readonly { name: string, value: unknown }[] }} */
    const { settings } = await read('settings');
    const value = settings.find(({ name }) => name === 'drain-time' || name === '--drain-time')?.value;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
