/** The built command in a terminal of its own, with the programs a test puts before the machine's. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CLI, type Ran, type Stage } from '../../examples/story/stage.ts';

/** Not spawnSync: what the command talks to lives in the test's process. Programs in `bin` of the stage's folder come first. */
export function countersignOn({ folder }: Stage, ...args: readonly string[]): Promise<Ran> {
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder, LC_ALL: 'C' };
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve) => {
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    child.on('close', (code) => resolve({ code: code ?? -1, text: said }));
  });
}
