import { describe, expect, it } from 'vitest';
import { ApiKeysError } from '../../../src/cli/api-keys.ts';
import type { PreparedDaemon } from '../../../src/cli/daemon.ts';
import { RefusalsError } from '../../../src/cli/host.ts';
import { answerOf, createReloader } from '../../../src/cli/reload.ts';
import { parseConfig } from '../../../src/config/config-file.ts';
import { type Resolved, resolveSettings } from '../../../src/config/settings.ts';
import { PasswordError } from '../../../src/config/speaker.ts';
import type { ReloadAnswer } from '../../../src/runtime/operator.ts';
import { LedgerError } from '../../../src/sink/exabgp/ledger.ts';
import { silentLog } from '../../helpers/simulation.ts';

const of = (text: string): Resolved =>
  resolveSettings({ config: ['/etc/x.yaml'], network: ['192.0.2.0/24'] }, {}, parseConfig(text, '/etc/x.yaml'));

/** `texts`: of the file, each time that it is read; the last one from then on. */
function rig(texts: readonly string[], prepared: Partial<PreparedDaemon> = {}) {
  const did: string[] = [];
  /** Of the log, each time that settings came into force. */
  const levels: string[] = [];
  const left = [...texts];
  let release: () => void = () => {};
  let isSlow = false;
  const reloader = createReloader({
    resolved: of('med: 1'),
    async read() {
      did.push('read');
      const text = left.length > 1 ? left.shift() : left[0];
      if (isSlow) {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return of(text ?? '');
    },
    daemon: {
      prepare: ({ med }) => ({
        changed: [],
        commit: (recorded) => void did.push(`commit ${med} ${recorded['med']?.text}`),
        abandon: () => void did.push('abandon'),
        ...prepared,
      }),
    },
    log: silentLog,
    told: (state) => did.push(state),
    committed: ({ logLevel }) => levels.push(logLevel),
  });
  return {
    reloader,
    levels,
    did: () => did.splice(0),
    slow(is: boolean) {
      isSlow = is;
    },
    release: () => release(),
  };
}

describe('a reload', () => {
  it('puts in force what changed, and says what', async () => {
    const { reloader, did } = rig(['med: 2\ncommunity: [65000:1, no-export]', 'med: 2\ncommunity: [no-export]']);
    expect(await reloader.reload()).toEqual({
      ok: true,
      changed: [
        { key: 'med', before: '1', after: '2' },
        { key: 'community', before: '', after: '65000:1,no-export' },
      ],
    });
    expect(did()).toEqual(['reloading', 'read', 'commit 2 2', 'reloaded']);
    expect(await reloader.reload()).toEqual({
      ok: true,
      changed: [{ key: 'community', before: '65000:1,no-export', after: 'no-export' }],
    });
    expect(reloader.current().settings.community).toEqual(['no-export']);
  });

  it('has others have their turn between what is told of and what is put in force', async () => {
    const { reloader, did } = rig(['med: 2']);
    const reloaded = reloader.reload();
    // What is due, and what can be read, comes after the end of an iteration.
    for (let iteration = 0; iteration < 2; iteration++) await new Promise((resolve) => setImmediate(resolve));
    expect(did()).toEqual(['reloading', 'read']);
    await reloaded;
    expect(did()).toEqual(['commit 2 2', 'reloaded']);
  });

  it('moves nothing of the daemon for another level of the log', async () => {
    const { reloader, did, levels } = rig([
      'med: 1\nlog-level: debug',
      'med: 1\nlog-level: debug',
      'med: 2\nlog-level: warn',
    ]);
    expect(await reloader.reload()).toEqual({
      ok: true,
      changed: [{ key: 'log-level', before: 'info', after: 'debug' }],
    });
    expect(did()).toEqual(['reloading', 'read', 'abandon', 'reloaded']);
    await reloader.reload();
    await reloader.reload();
    expect(did()).toEqual([
      ...['reloading', 'read', 'abandon', 'reloaded'],
      ...['reloading', 'read', 'commit 2 2', 'reloaded'],
    ]);
    expect(levels).toEqual(['debug', 'debug', 'warn']);
  });

  it('changes nothing where nothing is other', async () => {
    const { reloader, did } = rig(['med: 1']);
    expect(await reloader.reload()).toEqual({ ok: true, changed: [] });
    expect(did()).toEqual(['reloading', 'read', 'abandon', 'reloaded']);
  });

  it('puts in force what settings only refer to', async () => {
    const password = { key: 'peer 192.0.2.1: password', before: '***', after: '***' };
    const { reloader, did } = rig(['med: 1'], { changed: [password] });
    expect(await reloader.reload()).toEqual({ ok: true, changed: [password] });
    expect(did()).toContain('commit 1 1');
  });

  it('puts keys in force where they are other, names their file, and leaves the rest alone', async () => {
    const did: string[] = [];
    const answers: ReloadAnswer[] = [];
    const key = { key: 'api-token-file: content', before: '***', after: '***' };
    const reloader = createReloader({
      resolved: of('med: 1'),
      read: async () => of('med: 1'),
      daemon: {
        prepare: () => ({ changed: [], commit: () => did.push('commit'), abandon: () => did.push('abandon') }),
      },
      log: silentLog,
      prepareKeys: async () => ({ changed: [key], commit: () => did.push('keys') }),
      reloaded: (answer) => answers.push(answer),
    });
    expect(await reloader.reload()).toEqual({ ok: true, changed: [key] });
    expect(did).toEqual(['abandon', 'keys']);
    expect(answers).toEqual([{ ok: true, changed: ['api-token-file: content'] }]);
  });

  it('says what changed: of a short list all, of a long one what came and went', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `65000:${index + 100}`);
    const { reloader } = rig([
      'community: [65000:1]',
      'community: [65000:1, no-export]',
      ...[many, many.slice(1), ['65000:9', ...many.slice(2)]].map((each) => `community: [${each.join(', ')}]`),
    ]);
    const next = async () => {
      const answer = answerOf(await reloader.reload());
      return answer.ok ? answer.changed.find((each) => each.startsWith('community')) : undefined;
    };
    expect(await next()).toBe('community: nothing → 65000:1');
    expect(await next()).toBe('community: 65000:1 → 65000:1,no-export');
    expect(await next()).toMatch(/^community: \+65000:100,.* -65000:1,no-export$/);
    expect(await next()).toBe('community: -65000:100');
    expect(await next()).toBe('community: +65000:9 -65000:101');
  });

  it('that is refused is heard of as well', async () => {
    const answers: ReloadAnswer[] = [];
    const reloader = createReloader({
      ...{ resolved: of('med: 1'), read: async () => of('med: x'), log: silentLog },
      daemon: { prepare: () => ({ changed: [], commit() {}, abandon() {} }) },
      reloaded: (answer) => answers.push(answer),
    });
    await reloader.reload();
    expect(answers).toMatchObject([{ ok: false, problems: [{ place: '/etc/x.yaml:1:6' }] }]);
  });

  it('is refused with all that is wrong, and what was in force stays so', async () => {
    const { reloader, did } = rig(['med: x\nlocal-preference: y', 'dry-run: true\nlog-format: json\nmed: 9']);
    expect(await reloader.reload()).toMatchObject({
      ok: false,
      problems: [{ place: '/etc/x.yaml:1:6' }, { place: '/etc/x.yaml:2:19' }],
    });
    expect(await reloader.reload()).toEqual({
      ok: false,
      problems: [
        { place: '/etc/x.yaml:1:1: dry-run', text: expect.stringMatching(/^needs a restart to change: /) },
        { place: '/etc/x.yaml:2:1: log-format', text: expect.stringMatching(/^needs a restart to change: /) },
      ],
    });
    expect(did()).toEqual(['reloading', 'read', 'reloaded', 'reloading', 'read', 'reloaded']);
    expect(reloader.current().settings.med).toBe(1);
  });

  it('is refused where this host does not permit it', async () => {
    const refusal = new PasswordError('192.0.2.1: password-file cannot be read');
    const { settings } = of('med: 1');
    const reloader = createReloader({
      resolved: of('med: 1'),
      read: async () => of('med: 2'),
      daemon: {
        prepare() {
          throw refusal;
        },
      },
      log: silentLog,
    });
    expect(await reloader.reload()).toEqual({ ok: false, problems: [{ place: 'this host', text: refusal.message }] });
    expect(reloader.current().settings.med).toBe(settings.med);
  });

  it('is told of all that this host does not permit, whoever says so', async () => {
    const [password, ledger] = [new PasswordError('192.0.2.1: no password'), new LedgerError('in use')];
    let abandoned = 0;
    const ask = (prepare: () => PreparedDaemon): Promise<unknown> =>
      createReloader({
        ...{ resolved: of('med: 1'), read: async () => of('med: 2'), log: silentLog },
        prepareKeys: () => Promise.reject(new ApiKeysError('--api-token-file: too short')),
        daemon: { prepare },
      }).reload();
    const refused = () => {
      throw new RefusalsError([password, ledger]);
    };
    const text = ['--api-token-file: too short', '192.0.2.1: no password', 'in use'];
    expect(await ask(refused)).toEqual({
      ok: false,
      problems: text.map((each) => ({ place: 'this host', text: each })),
    });
    // What was made ready is let go of.
    expect(await ask(() => ({ changed: [], commit() {}, abandon: () => abandoned++ }))).toMatchObject({ ok: false });
    expect(abandoned).toBe(1);
  });

  it('is told of contradictions and of what takes a restart together', async () => {
    const { reloader } = rig(['dry-run: true\nmetrics-interval: 20s']);
    expect(await reloader.reload()).toMatchObject({
      ok: false,
      problems: [
        { text: 'has no effect without --metrics-file' },
        { text: expect.stringMatching(/^needs a restart to change: /) },
        { text: expect.stringMatching(/^needs a restart to change: /) },
      ],
    });
  });

  it('does not say that all is as before where it fails half-way, and goes on with the rest', async () => {
    const did: string[] = [];
    const said: string[] = [];
    let isBroken = true;
    const reloader = createReloader({
      ...{ resolved: of('med: 1'), read: async () => of('med: 2') },
      log: { ...silentLog, error: (_fields, message) => void said.push(message) },
      daemon: {
        prepare: () => ({
          ...{ changed: [], abandon() {} },
          commit() {
            did.push('daemon');
            if (isBroken) throw new PasswordError('out of descriptors');
          },
        }),
      },
      prepareKeys: async () => ({ changed: [], commit: () => did.push('keys') }),
    });
    expect(await reloader.reload()).toMatchObject({
      problems: [{ place: 'reload', text: expect.stringContaining('some of the new settings are in force') }],
    });
    expect(did).toEqual(['daemon', 'keys']);
    expect(said).toEqual(['reload failed half-way']);
    expect(reloader.counts()).toEqual({ done: 0, refused: 1, isLastRefused: true });
    isBroken = false;
    // What failed is made good, though no setting is other than it is said to be.
    expect(await reloader.reload()).toEqual({ ok: true, changed: [] });
    expect(did).toEqual(['daemon', 'keys', 'daemon', 'keys']);
  });

  it('that fails is said, and the next one works', async () => {
    let isBroken = true;
    const reloader = createReloader({
      resolved: of('med: 1'),
      async read() {
        if (isBroken) throw new Error('out of threads');
        return of('med: 1');
      },
      daemon: { prepare: () => ({ changed: [], commit() {}, abandon() {} }) },
      log: silentLog,
    });
    expect(await reloader.reload()).toEqual({ ok: false, problems: [{ place: 'reload', text: 'out of threads' }] });
    isBroken = false;
    expect(await reloader.reload()).toEqual({ ok: true, changed: [] });
  });

  it('has nothing to read without a file', async () => {
    const resolved = resolveSettings({}, {});
    const read = async (): Promise<Resolved> => resolved;
    const daemon = { prepare: () => ({ changed: [], commit() {}, abandon() {} }) };
    const reloader = createReloader({ resolved, read, daemon, log: silentLog });
    expect(await reloader.reload()).toMatchObject({ ok: false, problems: [{ place: '--config' }] });
  });

  it('puts nothing in force in a daemon that ends meanwhile', async () => {
    const { reloader, did } = rig(['med: 2']);
    const asked = reloader.reload();
    reloader.close();
    expect(await asked).toEqual({ ok: false, problems: [{ place: 'ha2bgp', text: 'is ending' }] });
    expect(did()).toEqual(['reloading', 'read', 'reloaded']);
  });

  it('comes after the one that is under way, and is one for all who ask meanwhile', async () => {
    const { reloader, did, slow, release } = rig(['med: 2', 'med: 3', 'med: 4']);
    slow(true);
    const first = reloader.reload();
    const others = [reloader.reload(), reloader.reload(), reloader.reload()];
    slow(false);
    release();
    expect(await first).toMatchObject({ changed: [{ after: '2' }] });
    expect(await Promise.all(others)).toEqual(
      Array(3).fill({ ok: true, changed: [{ key: 'med', before: '2', after: '3' }] }),
    );
    expect(did()).toEqual([
      ...['reloading', 'read', 'commit 2 2', 'reloaded'],
      ...['reloading', 'read', 'commit 3 3', 'reloaded'],
    ]);
    expect(await reloader.reload()).toMatchObject({ changed: [{ after: '4' }] });
  });
});
