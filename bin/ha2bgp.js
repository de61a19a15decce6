#!/usr/bin/env node
import { startLifecycle } from '../dist/runtime/lifecycle.js';

const lifecycle = startLifecycle();
// An import that fails is a failure like any other, and handled as one.
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2), process.env, lifecycle);
