import { configDefaults, defineConfig } from 'vitest/config';

const project = (name: string, include: string, isSerial = false, exclude: readonly string[] = [], more = {}) => ({
  test: {
    name,
    ...more,
    include: [include],
    exclude: [...configDefaults.exclude, ...exclude],
    // What only a failure reaches, on a host that does three times as much besides.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Tests of one such file stand in one another's way: they count processes, or share a port.
    ...(isSerial ? { fileParallelism: false } : {}),
  },
});

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default', './test/helpers/closing-line.ts'],
    projects: [
      project('unit', 'test/{unit/**/*.test.ts,*.test.ts}'),
      project('property', 'test/property/**/*.test.ts'),
      project('scenario', 'test/scenario/*.test.ts'),
      project('e2e', 'test/e2e/**/*.test.ts'),
      project('kernel', 'test/interop/kernel/**/*.test.ts', true),
      // Each test has network namespaces of its own, and waits most of its time: more of them at once, when the others are done.
      project('interop', 'test/interop/**/*.test.ts', false, ['test/interop/{bgp,kernel}/**'], {
        maxWorkers: 5,
        sequence: { groupOrder: 1 },
      }),
      project('bgp', 'test/interop/bgp/**/*.test.ts', false, [], { maxWorkers: 5, sequence: { groupOrder: 1 } }),
      // Live daemons, each test with ports, namespaces and folders of its own.
      project('operate', 'test/operate/**/*.test.ts', false, [], { maxWorkers: 5, sequence: { groupOrder: 1 } }),
      project('long', 'test/long/**/*.test.ts', true),
    ],
  },
});
