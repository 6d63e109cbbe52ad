#!/usr/bin/env node
/** `countersign`: finds the command and runs it. Loads nothing before it knows which, and says so where Node is too old. */
import * as modules from 'node:module';
import { version } from './version.ts';

const isGitHook = (name: string | undefined): name is 'prepare-commit-msg' | 'commit-msg' => name === 'prepare-commit-msg' || name === 'commit-msg';
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (process.argv[2] === '--version' || process.argv[2] === '-V') console.log(version());
// It ends with 0 whatever happens, an old Node included: 2 would stop the agent's tool.
else if (process.argv[2] === 'hook' && process.argv[3] === 'agent' && !process.argv.includes('--help')) {
  modules.enableCompileCache?.();
  await import('./hook-agent.ts').then(
    ({ hookAgent }) => hookAgent(process.argv.slice(4)),
    () => undefined,
  );
} else if (process.argv[2] === 'hook' && isGitHook(process.argv[3]) && !process.argv.includes('--help')) {
  modules.enableCompileCache?.();
  const { runGitHook } = await import('./hook-git.ts');
  process.exitCode = await runGitHook(process.argv[3], process.argv.slice(4));
} else if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`countersign: needs Node 22.18 or newer, and this is ${process.version}\n  remedy: npx -y -p node@24 node ${process.argv.slice(1).join(' ')}`);
  process.exitCode = 2;
} else {
  modules.enableCompileCache();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv);
}
