// Runs ha2bgp as nobody: everything is loaded first, because the files may lie where nobody may not read.
const { startLifecycle } = await import('../../dist/runtime/lifecycle.js');
const lifecycle = startLifecycle();
await import('../../dist/cli/run.js');
const { main } = await import('../../dist/cli/main.js');
process.setgroups([]);
process.setgid(65_534);
process.setuid(65_534);
await main(process.argv.slice(2), {}, lifecycle);
