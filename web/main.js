/**
 * The status page: what the daemon's view says, live, in a browser. It asks the daemon that it came from and nobody else,
 * shows what it is told and decides nothing; with a token or a certificate it hands on drains and undrains.
 */
import { createAlerts } from './alerts.js';
import { createAnnouncer } from './announcer.js';
import { createBanner } from './banner.js';
import { createConnection } from './connection.js';
import { openDrainDialog, openUndrainDialog } from './drain-dialog.js';
import { byId, element, write } from './element.js';
import { createGlance, troublesOf } from './glance.js';
import { openHelpDialog } from './help-dialog.js';
import { listenToKeys } from './keys.js';
import { createRail } from './rail.js';
import { createServicesTable, FIRST_ROWS } from './services-table.js';
import { createStore } from './store.js';
import { tick } from './ticking.js';
import { token } from './token.js';
import { openTokenDialog } from './token-dialog.js';

/** @import { App } from './app.js' */

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** Drawn at most so often, however much comes. */
const DRAW_MS = 100;
const OUTCOME_MS = 20_000;

const store = createStore();
const announcer = createAnnouncer(store);
const connection = createConnection(store, { onChange: redraw, onMove: announcer.changed });
const isLive = () => connection.state().type === 'live';

/** @type {App} */
const app = {
  store,
  connection,
  choice: {
    text: '',
    state: undefined,
    order: 'state',
    isReversed: false,
    open: undefined,
    most: FIRST_ROWS,
    spanMs: 6 * HOUR_MS,
  },
  isLive,
  seenAt: () => (isLive() ? store.now() : (connection.heardAt() ?? store.now())),
  mayChange: () => connection.caller().mayChange,
  redraw,
  tell,
  askDrain: (of) => openDrainDialog(app, of),
  askUndrain: (target) => openUndrainDialog(app, target),
  askToken: (why) => openTokenDialog(tokenChanged, why),
};

const banner = createBanner(app, announcer.say);
const glance = createGlance(app);
const alerts = createAlerts(app);
const rail = createRail(app);
const table = createServicesTable(app, byId('services-table', HTMLElement));
const search = byId('search', HTMLInputElement);
const span = byId('span', HTMLSelectElement);
const drainAll = byId('drain-all', HTMLButtonElement);
const tokenButton = byId('token-button', HTMLButtonElement);
const caller = byId('caller', HTMLElement);
const outcome = byId('outcome', HTMLElement);
const icon = document.querySelector('link[rel=icon]');
let isDrawing = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let outcomeTimer;

function redraw() {
  // A tab that is not seen draws nothing, but has its title.
  if (document.hidden) drawTitle();
  if (isDrawing) return;
  isDrawing = true;
  setTimeout(() => requestAnimationFrame(draw), DRAW_MS);
}

function draw() {
  isDrawing = false;
  banner.update();
  glance.update();
  alerts.update();
  table.update();
  rail.update();
  drainAll.hidden = !app.mayChange();
  write(tokenButton, token() === undefined ? 'Token…' : 'Token ✓');
  const { by, mayChange } = connection.caller();
  write(caller, mayChange && token() === undefined ? `as ${by}` : '');
  write(byId('instance', HTMLElement), store.summary()?.process.name ?? '');
  drawTitle();
  tick();
  banner.tick();
}

function drawTitle() {
  const troubles = troublesOf(app);
  const state = connection.state().type;
  const name = store.summary()?.process.name ?? '';
  const words =
    state === 'live'
      ? troubles.length > 0
        ? troubles.join(', ')
        : store.services().size > 0
          ? 'all announced'
          : 'no service'
      : state === 'paused'
        ? 'paused'
        : state === 'connecting'
          ? 'connecting'
          : 'disconnected';
  document.title = `${words} · ha2bgp${name === '' ? '' : ` ${name}`}`;
  const file = `page/${state !== 'live' ? 'unknown' : troubles.length > 0 ? 'bad' : 'fine'}.svg`;
  if (icon !== null && icon.getAttribute('href') !== file) icon.setAttribute('href', file);
}

/** @param {string} words */
function tell(words) {
  clearTimeout(outcomeTimer);
  const close = () => outcome.replaceChildren();
  outcome.replaceChildren(
    element('span', {}, words),
    ' ',
    element('button', { type: 'button', click: close }, 'Close'),
  );
  outcomeTimer = setTimeout(close, OUTCOME_MS);
}

/** @param {boolean} isNew */
function tokenChanged(isNew) {
  tell(isNew ? 'You can drain and undrain now.' : 'The token is forgotten.');
  connection.anew();
  redraw();
}

/** At the beginning of each second of the daemon's clock, as that is shown. */
function everySecond() {
  tick();
  banner.tick();
  table.details.tick();
  if (isLive()) redraw();
  setTimeout(everySecond, SECOND_MS - (store.now() % SECOND_MS));
}

search.addEventListener('input', () => {
  app.choice.text = search.value;
  app.choice.most = FIRST_ROWS;
  redraw();
});
span.addEventListener('change', () => {
  app.choice.spanMs = Number(span.value) * HOUR_MS;
  redraw();
});
drainAll.addEventListener('click', () => app.askDrain('all'));
tokenButton.addEventListener('click', () => app.askToken());
byId('help-button', HTMLButtonElement).addEventListener('click', openHelpDialog);
listenToKeys(app, table, search);
connection.start();
everySecond();
