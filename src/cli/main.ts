#!/usr/bin/env node
/** `countersign`: finds the command and runs it. Loads nothing before it knows which. */
import { enableCompileCache } from 'node:module';
import { version } from './version.ts';

if (process.argv[2] === '--version' || process.argv[2] === '-V') console.log(version());
else {
  enableCompileCache();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv);
}
