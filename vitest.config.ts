import { configDefaults, defineConfig } from 'vitest/config';

const project = (name: string, include: string, isSerial = false, exclude: readonly string[] = [], more = {}) => ({
  test: {
    name,
    ...more,
    include: [include],
    exclude: [...configDefaults.exclude, ...exclude],
    testTimeout: 60_000,
    hookTimeout: 60_000,
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
      project('interop', 'test/interop/**/*.test.ts', true, ['test/interop/bgp/**']),
      // Each test has network namespaces of its own, and waits most of its time: more of them at once, when the others are done.
      project('bgp', 'test/interop/bgp/**/*.test.ts', false, [], { maxWorkers: 4, sequence: { groupOrder: 1 } }),
      project('operate', 'test/operate/**/*.test.ts', false, [], { maxWorkers: 4, sequence: { groupOrder: 2 } }),
      project('long', 'test/long/**/*.test.ts', true),
    ],
  },
});
