/**
 * Who may import whom. The table of docs/architecture.md, kept by a walk over every import of src/.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Pure files of rooms that also have shells; the rooms model, bytes and core are pure throughout. */
const PURE_FILES = [
  'addresses/show.ts',
  'api/at-most.ts',
  'api/door.ts',
  'api/field.ts',
  'api/json-pieces.ts',
  'api/kinds.ts',
  'api/limits.ts',
  'api/openapi.ts',
  'api/problem.ts',
  'api/route.ts',
  'api/schema.ts',
  'api/schemas.ts',
  'bgp/adj-rib-out.ts',
  'bgp/attempts.ts',
  'bgp/audience.ts',
  'bgp/cease.ts',
  'bgp/choice.ts',
  'bgp/fsm.ts',
  'bgp/held-words.ts',
  'bgp/incoming-limit.ts',
  'bgp/liveness.ts',
  'bgp/negotiate.ts',
  'bgp/path-attributes.ts',
  'bgp/paths.ts',
  'bgp/peer-change.ts',
  'bgp/peer-state.ts',
  'bgp/rarely.ts',
  'bgp/refusal.ts',
  'bgp/rib-list.ts',
  'bgp/rib-reader.ts',
  'bgp/rib.ts',
  'bgp/role.ts',
  'bgp/speaker-error.ts',
  'bgp/ttl.ts',
  'bgp/update-group.ts',
  'bgp/update-messages.ts',
  'bgp/vocabulary.ts',
  'bgp/wire/attribute.ts',
  'bgp/wire/capability.ts',
  'bgp/wire/codes.ts',
  'bgp/wire/decode.ts',
  'bgp/wire/fields.ts',
  'bgp/wire/framer.ts',
  'bgp/wire/header-check.ts',
  'bgp/wire/header.ts',
  'bgp/wire/keepalive.ts',
  'bgp/wire/malformed.ts',
  'bgp/wire/message.ts',
  'bgp/wire/multiprotocol.ts',
  'bgp/wire/nlri.ts',
  'bgp/wire/notification-names.ts',
  'bgp/wire/notification.ts',
  'bgp/wire/open.ts',
  'bgp/wire/prefix.ts',
  'bgp/wire/problem.ts',
  'bgp/wire/route-refresh.ts',
  'bgp/wire/update-decoder.ts',
  'bgp/wire/update-encoder.ts',
  'bgp/wire/update.ts',
  'bgp/wire/words.ts',
  'cli/command.ts',
  'cli/completion/bash.ts',
  'cli/completion/fish.ts',
  'cli/completion/zsh.ts',
  'cli/demo/frame.ts',
  'cli/demo/story.ts',
  'cli/demo/summary.ts',
  'cli/demo/table.ts',
  'cli/demo/track.ts',
  'cli/demo/words.ts',
  'cli/operate/asked.ts',
  'cli/operate/done-text.ts',
  'cli/operate/explain-text.ts',
  'cli/operate/history-text.ts',
  'cli/operate/order.ts',
  'cli/operate/peers-text.ts',
  'cli/operate/status-text.ts',
  'cli/operate/target.ts',
  'cli/operate/watch/frame.ts',
  'cli/operate/watch/keys.ts',
  'cli/operate/watch/press.ts',
  'cli/operate/watch/state.ts',
  'cli/operate/words.ts',
  'cli/terminal/line.ts',
  'cli/terminal/table.ts',
  'config/exabgp-conf/check-apis.ts',
  'config/exabgp-conf/check-neighbors.ts',
  'config/exabgp-conf/check-words.ts',
  'config/exabgp-conf/conf.ts',
  'config/exabgp-conf/diagnose.ts',
  'config/exabgp-conf/environment.ts',
  'config/exabgp-conf/finding.ts',
  'config/exabgp-conf/grammar.ts',
  'config/exabgp-conf/group-of-3x.ts',
  'config/exabgp-conf/neighbors.ts',
  'config/exabgp-conf/processes.ts',
  'config/exabgp-conf/reach.ts',
  'config/exabgp-conf/release.ts',
  'config/exabgp-conf/run-line.ts',
  'config/exabgp-conf/tokens.ts',
  'config/exabgp-conf/values.ts',
  'config/exabgp-conf/written.ts',
  'config/nearest.ts',
  'config/quote.ts',
  'config/yaml-runs.ts',
  'discovery/delta.ts',
  'discovery/hints/hints-error.ts',
  'discovery/hints/socket-filter.ts',
  'discovery/hints/trace-filter.ts',
  'discovery/netlink/bytecode.ts',
  'discovery/netlink/host-hints.ts',
  'discovery/netlink/inet-diag.ts',
  'discovery/netlink/message.ts',
  'discovery/netlink/packet-filter.ts',
  'discovery/netlink/rtnetlink.ts',
  'discovery/pace.ts',
  'discovery/proc/addresses.ts',
  'discovery/proc/devices.ts',
  'discovery/proc/fib.ts',
  'discovery/proc/inet6.ts',
  'discovery/proc/lines.ts',
  'discovery/proc/listeners.ts',
  'discovery/proc/networks.ts',
  'discovery/proc/refused.ts',
  'discovery/proc/reread.ts',
  'discovery/proc/words.ts',
  'publish/daemon-metrics.ts',
  'publish/metric.ts',
  'publish/service-metrics.ts',
  'publish/status-text.ts',
  'discovery/reading-times.ts',
  'sink/diff.ts',
  'sink/exabgp/backlog.ts',
  'sink/exabgp/commands.ts',
  'sink/exabgp/conversation.ts',
  'sink/exabgp/ledger-format.ts',
  'sink/exabgp/neighbors.ts',
  'sink/exabgp/outages.ts',
  'sink/exabgp/refusals.ts',
  'sink/exabgp/replies.ts',
  'sink/exabgp/standings.ts',
  'sink/exabgp/tellings.ts',
  'sink/exabgp/waiters.ts',
  'sink/keys.ts',
  'sink/sink.ts',
];
const PURE_ROOMS = ['model', 'bytes', 'core'];
const SHELL_ROOMS = ['addresses', 'bgp', 'discovery', 'probe', 'publish', 'sink', 'store'];
/** What a shell may take from runtime. */
const RUNTIME_FOR_SHELLS = [
  'runtime/clock.ts',
  'runtime/directory.ts',
  'runtime/log.ts',
  'runtime/native.ts',
  'runtime/readable.ts',
  'runtime/ring.ts',
  'runtime/tcp-socket.ts',
];
/** What the API takes besides: the view, and what can be done. */
const RUNTIME_FOR_API = [...RUNTIME_FOR_SHELLS, 'runtime/operator.ts'];
/** Words for people, which know nothing. */
const WORDS = ['config/nearest.ts', 'config/quote.ts'];
/** The interfaces of shells, which runtime may name. */
const SHELL_INTERFACES = ['sink/sink.ts', 'discovery/source.ts'];
/** Each package lives behind one file, so that it can leave. */
const PACKAGES: Readonly<Record<string, string>> = {
  'ip-address': 'model/address.ts',
  koffi: 'runtime/native.ts',
  pino: 'runtime/log.ts',
  'pino-pretty': 'runtime/log/rendering.ts',
  'prom-client': 'publish/exposition.ts',
  commander: 'cli/arguments.ts',
  hono: 'api/router.ts',
  yaml: 'config/yaml.ts',
  zod: 'config/file-schema.ts',
};

interface SourceFile {
  /** Below src/, as in `core/daemon.ts`. */
  readonly name: string;
  readonly text: string;
}

const isPure = (name: string): boolean => PURE_ROOMS.includes(roomOf(name)) || PURE_FILES.includes(name);
const roomOf = (name: string): string => name.split('/')[0] ?? '';

/** Every module that the file names: imports of values and of types, exports from, and imports at run time. */
function importsOf({ name, text }: SourceFile): string[] {
  const code = withoutComments(text);
  const named = [...code.matchAll(/\b(?:import|export)\b[^;'"]*?\bfrom\s*'([^']+)'/g)];
  const bare = [...code.matchAll(/\bimport\s*'([^']+)'/g)];
  const late = [...code.matchAll(/\bimport\(\s*'([^']+)'/g)];
  return [...named, ...bare, ...late].map(([, target = '']) =>
    target.startsWith('.') ? path.posix.join(path.posix.dirname(name), target) : target,
  );
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** Why the file may not import that; `undefined` when it may. */
function whyForbidden(from: string, target: string): string | undefined {
  const room = roomOf(from);
  if (target.startsWith('node:')) return isPure(from) ? 'a pure file knows no node:' : undefined;
  if (!target.endsWith('.ts')) {
    // A part of a package, too.
    const owner = PACKAGES[target] ?? PACKAGES[target.split('/')[0] ?? ''];
    return owner === from ? undefined : `the package belongs to ${owner ?? 'no file'}`;
  }
  const targetRoom = roomOf(target);
  if (targetRoom === 'cli' && room !== 'cli') return 'nobody imports cli';
  if (room === 'cli') return undefined;
  if (isPure(target) && targetRoom === room) return undefined;
  if (room === 'model' || room === 'bytes') return targetRoom === room ? undefined : 'knows only itself';
  if (room === 'core') return targetRoom === 'model' ? undefined : 'core knows model and itself';
  if (room === 'api' && WORDS.includes(target)) return undefined;
  if (isPure(from)) return ['model', 'bytes'].includes(targetRoom) ? undefined : 'a pure file knows pure files';
  if (from === 'sink/speaker.ts' && target === 'bgp/speaker.ts') return undefined;
  if (room === 'api') {
    return [room, 'model', 'bytes'].includes(targetRoom) || RUNTIME_FOR_API.includes(target)
      ? undefined
      : 'the API knows its own room, model, bytes, and of runtime the view, the clock, the log and the native edges';
  }
  if (SHELL_ROOMS.includes(room)) {
    return [room, 'model', 'bytes'].includes(targetRoom) || RUNTIME_FOR_SHELLS.includes(target)
      ? undefined
      : 'a shell knows its own room, model, bytes, and of runtime the clock, the log and the native edges';
  }
  if (room === 'config') {
    return [room, 'model', 'bytes'].includes(targetRoom) || isPure(target) ? undefined : 'config knows pure files';
  }
  if (room === 'runtime') {
    return [room, 'model', 'core'].includes(targetRoom) || SHELL_INTERFACES.includes(target)
      ? undefined
      : 'runtime knows model, core and the interfaces of shells';
  }
  return 'a room that the table does not know';
}

const files: SourceFile[] = fs
  .readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: fs.readFileSync(path.join(root, 'src', name), 'utf8') }));

describe('the rooms', () => {
  it('are found, with their imports', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(importsOf(files.find(({ name }) => name === 'cli/main.ts') ?? { name: '', text: '' })).toEqual(
      expect.arrayContaining(['cli/arguments.ts', 'cli/doors/run.ts', 'runtime/lifecycle.ts']),
    );
  });

  it.each([
    ['model/route.ts', 'core/daemon.ts'],
    ['core/daemon.ts', 'runtime/clock.ts'],
    ['core/daemon.ts', 'node:fs'],
    ['model/glob.ts', 'ip-address'],
    ['sink/diff.ts', 'sink/exabgp/exabgp.ts'],
    ['sink/exabgp/exabgp.ts', 'bgp/speaker.ts'],
    ['bgp/speaker.ts', 'sink/speaker.ts'],
    ['bgp/fsm.ts', 'bgp/speaker.ts'],
    ['bgp/wire/open.ts', 'runtime/log.ts'],
    ['discovery/source.ts', 'sink/sink.ts'],
    ['sink/exabgp/exabgp.ts', 'runtime/loop.ts'],
    ['runtime/loop.ts', 'sink/exabgp/exabgp.ts'],
    ['config/settings.ts', 'discovery/kernel.ts'],
    ['runtime/loop.ts', 'cli/main.ts'],
    ['api/api.ts', 'core/state.ts'],
    ['api/api.ts', 'runtime/loop.ts'],
    ['api/api.ts', 'hono/tiny'],
    ['runtime/operator.ts', 'api/api.ts'],
  ])('would not let %s import %s', (from, target) => {
    expect(whyForbidden(from, target)).toBeTypeOf('string');
  });

  it.each(files.map((file) => [file.name, file] as const))('%s imports only what it may', (name, file) => {
    const forbidden = importsOf(file).flatMap((target) => {
      const why = whyForbidden(name, target);
      return why === undefined ? [] : [`${target}: ${why}`];
    });
    expect(forbidden).toEqual([]);
  });

  it('have no cycles', () => {
    const graph = new Map(files.map((file) => [file.name, importsOf(file).filter((target) => target.endsWith('.ts'))]));
    const done = new Set<string>();
    const visit = (name: string, trail: readonly string[]): void => {
      expect(trail, 'a cycle').not.toContain(name);
      if (done.has(name)) return;
      for (const target of graph.get(name) ?? []) visit(target, [...trail, name]);
      done.add(name);
    };
    for (const name of graph.keys()) visit(name, []);
  });

  it('have no barrel files', () => {
    expect(files.filter(({ name }) => path.posix.basename(name) === 'index.ts')).toEqual([]);
  });
});

describe('words that have one home', () => {
  const usersOf = (pattern: RegExp): string[] =>
    files.filter(({ text }) => pattern.test(withoutComments(text))).map(({ name }) => name);

  it('keeps time, chance, process and console out of pure files', () => {
    const impure = usersOf(
      /\b(Date\.now|new Date|performance\.|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random|process\.|console\.)/,
    );
    expect(impure.filter(isPure)).toEqual([]);
    expect(impure).toContain('runtime/clock.ts');
  });

  it('ends the process and hears signals in runtime/lifecycle only', () => {
    expect(usersOf(/process\.(exit|abort|reallyExit)\(/)).toEqual(['runtime/lifecycle.ts']);
    // Those that it started itself, and itself.
    expect(usersOf(/process\.kill\(/)).toEqual(['probe/command.ts', 'runtime/lifecycle.ts']);
    expect(usersOf(/process\.(on|once|addListener)\(/)).toEqual(['runtime/lifecycle.ts']);
  });

  it('names stdout where it is handed to the sink, and where a command prints its answer', () => {
    expect(usersOf(/process\.stdout|console\.|writeSync\(1\b/).sort()).toEqual([
      'cli/demo/service.ts', // a program of its own
      'cli/output.ts',
      'cli/pipes.ts',
      'cli/terminal/screen.ts',
    ]);
  });

  it('reaches into Node in runtime/readable only', () => {
    expect(usersOf(/\._handle\b|process\.binding/)).toEqual(['runtime/readable.ts']);
  });
});

describe('dependencies', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, object>;

  it('are those that have a file of their own', () => {
    expect(Object.keys(manifest['dependencies'] ?? {}).sort()).toEqual(Object.keys(PACKAGES).sort());
  });

  it('have their sentence in docs/dependencies.md', () => {
    const text = fs.readFileSync(path.join(root, 'docs/dependencies.md'), 'utf8');
    const all = [...Object.keys(manifest['dependencies'] ?? {}), ...Object.keys(manifest['devDependencies'] ?? {})];
    expect(all.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
