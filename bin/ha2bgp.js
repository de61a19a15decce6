#!/usr/bin/env node
import { startLifecycle } from '../dist/runtime/lifecycle.js';

const lifecycle = startLifecycle();
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2), process.env, lifecycle);
