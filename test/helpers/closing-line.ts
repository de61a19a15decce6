/** Ends a test run with the line that scripts read: `N passed, N failed, N skipped`. */
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';

export default class ClosingLine implements Reporter {
  #projects: readonly string[] = [];

  onInit(vitest: Vitest): void {
    // Whoever asks for certain files does not expect one in every project.
    const words = process.argv.slice(2);
    const isFiltered = words.some(
      (word, index) => !word.startsWith('-') && word !== 'run' && !words[index - 1]?.startsWith('--'),
    );
    this.#projects = isFiltered ? [] : vitest.projects.map(({ name }) => name);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      // A file that could not be loaded has no tests to count, and is a failure all the same.
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'skipped') skipped++;
        else failed++;
      }
    }
    // Tests that are not found don't fail by themselves.
    const ran = new Set(modules.map(({ project }) => project.name));
    for (const project of this.#projects.filter((name) => !ran.has(name))) {
      failed++;
      process.stderr.write(`no test file for ${project}\n`);
    }
    if (passed + failed === 0) failed++;
    if (failed > 0) process.exitCode = 1;
    // After the summary of the default reporter, which is written in the same turn.
    process.on('exit', () => process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`));
  }
}
