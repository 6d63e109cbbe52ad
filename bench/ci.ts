/** `countersign gate` of a small signed change, from its start to its answer, against git's own difference of the same. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForge, TRUST_PATH } from '../test/bed/forge.ts';
import { type Comparison, compare, run } from './measure.ts';

export async function ciBench(cli: string): Promise<readonly Comparison[]> {
  const forge = await openForge();
  try {
    const head = forge.propose(1, forge.bed.commit({ 'db/001.sql': 'drop table orders;\n' }));
    const id = await forge.known(head);
    const signed = await forge.bed.sign('mara', id);
    if (!signed.ok) throw new Error(JSON.stringify(signed.error));
    const folder = forge.folder();
    writeFileSync(join(folder, 'bundle.json'), await forge.bundle(id));
    const env = { PATH: process.env.PATH, HOME: folder };
    const clone = join(folder, 'clone');
    run('git', ['clone', '-q', forge.repository.gitDir, clone], { env });
    run('git', ['fetch', '-q', 'origin', head], { cwd: clone, env });
    run(process.execPath, [cli, 'sign-offs', 'put', join(folder, 'bundle.json')], { cwd: clone, env });
    const gate = (): void => void run(process.execPath, [cli, 'gate', `..${head}`, '--trust-from-target', TRUST_PATH, '--name', 'infra', '--json'], { cwd: clone, env });
    const diff = (): void => void run('git', ['diff', '--no-color', `origin/main...${head}`], { cwd: clone, env });
    const check = (): void => void run(process.execPath, [cli, 'check', `origin/main..${head}`, '--json'], { cwd: clone, env, expect: [1] });
    const name = 'gate: a signed change of one file, start to answer';
    return [
      await compare({ name, baseline: 'git diff of the same', turns: 21, subject: gate, against: diff }),
      await compare({ name, baseline: 'countersign check of the same', turns: 21, subject: gate, against: check }),
    ];
  } finally {
    await forge.close();
  }
}
