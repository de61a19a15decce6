/**
 * A small virtual machine with a Debian kernel, emulated: for what the kernel underneath cannot do (VRFs, dummy devices,
 * IPVS). A script runs in it as root, over this host's own files: what it reads is here, what it writes is gone with it.
 *
 * qemu boots the kernel with an initramfs that only loads what it takes to reach the root of the host (virtiofs, read-only)
 * and lays memory over it. Needs root, since virtiofsd shares files of every owner.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'vitest';
import { KERNEL, VIRTIOFSD, whyNoVm } from '../../scripts/peers.js';
import { packCpio } from './cpio.ts';
import { root } from './daemon.ts';
import { type Started, start } from './processes.ts';
import { until } from './until.ts';

export interface VmRun {
  /** Kernel modules that are loaded before the script runs. */
  readonly modules: readonly string[];
  /** For sh(1). The directory is that of the project; `node` is the Node that runs the test. The loopback device is up. */
  readonly script: string;
  /** In milliseconds, from the start of the machine. */
  readonly timeout: number;
}

export interface VmResult {
  /** Of the script. */
  readonly status: number;
  /** What it wrote on stdout and stderr. */
  readonly output: string;
}

/** Suites that need the machine: as with `describeInterop`, they have to run in CI, and are skipped loudly elsewhere. */
export function describeVm(name: string, suite: () => void): void {
  const missing = whyNoVm();
  if (missing.length === 0) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    it(`${name}: has its machine`, () => {
      throw new Error(`missing: ${missing.join(', ')}`);
    });
  } else {
    describe.skip(`${name} (missing: ${missing.join(', ')})`, suite);
  }
}

/** Boots, runs the script, and leaves nothing. Throws, with what the kernel said, when the script did not come to its end. */
export async function runInVm({ modules, script, timeout }: VmRun): Promise<VmResult> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'ha2bgp-vm-'));
  const started: Started[] = [];
  try {
    const socket = path.join(place, 'files');
    const console = path.join(place, 'console');
    fs.writeFileSync(path.join(place, 'initramfs'), initramfs(script, modules));
    const files = startTied(VIRTIOFSD, [`--socket-path=${socket}`, ...SHARE]);
    started.push(files);
    await until('virtiofsd', () => {
      if (files.child.exitCode !== null) throw new Error(files.stderr());
      return fs.existsSync(socket);
    });
    const machine = startTied('/usr/bin/qemu-system-x86_64', [
      ...MACHINE,
      ...['-kernel', path.join(KERNEL, 'vmlinuz'), '-initrd', path.join(place, 'initramfs')],
      ...['-chardev', `socket,id=files,path=${socket}`],
      // The kernel's console; and what the script says, through what is no terminal.
      ...['-serial', `file:${console}`],
      ...['-chardev', 'stdio,id=output,signal=off', '-device', 'virtserialport,chardev=output'],
    ]);
    started.push(machine);
    const timer = setTimeout(() => machine.child.kill('SIGKILL'), timeout);
    const end = await machine.ended;
    clearTimeout(timer);
    const said = machine.stdout();
    const [, output, status] = /^(.*)\n\[status (\d+)\]\n$/s.exec(said) ?? [];
    if (output !== undefined) return { status: Number(status), output };
    const why = end === 'SIGKILL' ? `not done within ${timeout} ms` : `ended without a status (${end})`;
    const log = fs.existsSync(console) ? fs.readFileSync(console, 'utf8') : '';
    throw new Error(`the machine was ${why}\n${machine.stderr()}${files.stderr()}${log}${said}`);
  } finally {
    await Promise.allSettled(started.map((each) => each.stop('SIGKILL')));
    fs.rmSync(place, { recursive: true });
  }
}

/** It ends when we do, however that comes. */
const startTied = (command: string, args: readonly string[]): Started =>
  start('setpriv', ['--pdeathsig', 'KILL', command, ...args]);

/** Nobody changes files while a script runs, so that the machine may keep what it has seen. */
const SHARE = ['-o', 'source=/', '-o', 'cache=always', '-o', 'no_posix_lock', '-o', 'sandbox=chroot'];

const MACHINE = [
  // KVM is not to be had everywhere, and a run takes seconds without it.
  ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024'],
  ...['-object', 'memory-backend-memfd,id=memory,size=1024M,share=on', '-numa', 'node,memdev=memory'],
  ...['-nographic', '-nodefaults', '-no-reboot', '-append', 'console=ttyS0 quiet panic=-1'],
  ...['-device', 'vhost-user-fs-pci,queue-size=1024,chardev=files,tag=host', '-device', 'virtio-serial-pci'],
];

/** What it takes to reach the files of the host, and to say something. */
const EARLY = ['virtio_pci', 'virtio_console', 'virtiofs', 'overlay'];

function initramfs(script: string, modules: readonly string[]): Uint8Array {
  const [version = ''] = fs.readdirSync(path.join(KERNEL, 'lib/modules'));
  const folder = path.join(KERNEL, 'lib/modules', version);
  const early = inOrder(EARLY, fs.readFileSync(path.join(folder, 'modules.dep'), 'utf8'));
  return packCpio([
    ...['bin', 'dev', 'proc', 'sys', 'host', 'changes', 'root'].map((name) => ({ name })),
    ...['bin/busybox', 'busybox'].map((name) => ({ name, content: fs.readFileSync(path.join(KERNEL, 'busybox')) })),
    ...early.map((name) => ({ name: path.basename(name), content: fs.readFileSync(path.join(folder, name)) })),
    { name: 'init', content: Buffer.from(init(early)) },
    { name: 'start', content: Buffer.from(starter(modules)) },
    { name: 'script', content: Buffer.from(script) },
  ]);
}

/** Files of modules, each after those that it needs. modules.dep: `a.ko: b.ko c.ko`, where b needs c. */
function inOrder(names: readonly string[], dependencies: string): string[] {
  const found = new Set<string>();
  for (const name of names) {
    const line = dependencies.split('\n').find((each) => path.basename(each.split(':')[0] ?? '') === `${name}.ko`);
    if (line === undefined) throw new Error(`the kernel has no module ${name}`);
    const [file = '', needs = ''] = line.split(':');
    for (const needed of needs.trim().split(' ').reverse()) if (needed !== '') found.add(needed);
    found.add(file);
  }
  return [...found];
}

/** Brings the files of the host together, and goes there for good: the kernel looks for modprobe(8) where process 1 is. */
const init = (early: readonly string[]): string => `#!/bin/busybox sh
set -e
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
for file in ${early.map((name) => path.basename(name)).join(' ')}; do busybox insmod /$file; done
busybox mount -t virtiofs -o ro host /host
busybox mount -t tmpfs changes /changes
busybox mkdir /changes/upper /changes/work
busybox mount -t overlay -o lowerdir=/host,upperdir=/changes/upper,workdir=/changes/work root /root
busybox mount -t tmpfs run /root/run
busybox cp /busybox /script /start /root/run
busybox mkdir -p /root/lib/modules /dev/pts /dev/shm
busybox ln -s /proc/self/fd /dev/fd
for each in proc sys dev; do busybox mount -o bind /$each /root/$each; done
busybox mount -o bind '/root${fs.realpathSync(KERNEL)}/lib/modules' /root/lib/modules
exec busybox chroot /root /bin/sh /run/start
`;

const starter = (modules: readonly string[]): string => `
until [ -c /dev/vport*p1 ]; do sleep 0.1; done
exec < /dev/null > "$(echo /dev/vport*p1)" 2>&1
export PATH='${path.dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' HOME=/root
cd '${root}' && ip link set lo up && ${modules.map((name) => `modprobe ${name} && `).join('')}sh /run/script
status=$?
echo
echo "[status $status]"
/run/busybox reboot -f
`;
