/**
 * The hook of a push: its pre-receive by itself, asked through a live server, and whole pushes, against the same with an empty sh script;
 * then fifty pushes at once, which have to be answered all and rightly.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStage, type Stage } from '../examples/story/stage.ts';
import { EMPTY_HOOK, hooksAside } from './hooks-aside.ts';
import { type Comparison, compare, run, WARM_UP } from './measure.ts';

const INES = ['-c', 'user.name=Ines Duarte', '-c', 'user.email=ines@larkspur.example'];
const TURNS = 21;
const ROUNDS = 3;
const AT_ONCE = 50;

export async function receiveBench(): Promise<readonly Comparison[]> {
  const stage = await openStage();
  try {
    return [await alone(stage), await pushed(stage), await together(stage)];
  } finally {
    await stage.end();
  }
}

const gitDirOf = (stage: Stage): string => join(stage.data, 'repositories', 'infra.git');

/** A ref nobody protects: what is measured is the hook, the socket and the answer, and no judgement. */
function alone(stage: Stage): Promise<Comparison> {
  const cwd = gitDirOf(stage);
  const input = `${'0'.repeat(40)} ${stage.must(cwd, 'rev-parse', 'HEAD')} refs/heads/topic\n`;
  const empty = join(stage.folder, 'empty');
  writeFileSync(empty, EMPTY_HOOK, { mode: 0o755 });
  const env = { PATH: process.env.PATH };
  return compare({
    ...{ name: 'hook: pre-receive, answered', baseline: 'an empty sh hook', turns: 101 },
    subject: () => void run(join(cwd, 'hooks/pre-receive'), [], { cwd, env, input }),
    against: () => void run(empty, [], { cwd, env, input }),
  });
}

function pushed(stage: Stage): Promise<Comparison> {
  const clone = stage.clone('infra', 'ines');
  const hooks = hooksAside(join(gitDirOf(stage), 'hooks'));
  const chain = Array.from({ length: (TURNS + WARM_UP) * 2 }, (_, i) => commit(stage, clone, 'NOTES.md', i));
  const push = (): void => void stage.must(clone, 'push', '-q', 'origin', `${chain.shift() ?? ''}:refs/heads/main`);
  const baseline = 'the same push with an empty sh hook';
  return compare({ name: 'hook: a push to a protected ref, judged', baseline, turns: TURNS, subject: push, against: () => hooks.without(push) });
}

/** Half go to refs nobody protects, half to refs nobody may push to. Ends the bench where one is answered otherwise. */
async function together(stage: Stage): Promise<Comparison> {
  const clone = stage.clone('infra', 'ines');
  const hooks = hooksAside(join(gitDirOf(stage), 'hooks'));
  let round = 0;
  const fifty = async (gated: boolean): Promise<void> => {
    round += 1;
    const head = commit(stage, clone, `round-${round}.md`, round);
    const refs = Array.from({ length: AT_ONCE }, (_, i) => (i % 2 === 0 ? `refs/heads/open-${round}-${i}` : `refs/replace/${round}-${i}`));
    const codes = await Promise.all(refs.map((ref) => push(stage, clone, `${head}:${ref}`)));
    const wrong = codes.filter((code, i) => (code === 0) !== (i % 2 === 0 || !gated)).length;
    if (wrong > 0) throw new Error(`${wrong} of ${AT_ONCE} pushes at once were lost or wrongly answered`);
  };
  return compare({
    ...{ name: `hook: ${AT_ONCE} pushes at once, none lost or wrongly passed`, baseline: 'the same with an empty sh hook', turns: ROUNDS },
    subject: () => fifty(true),
    against: () => hooks.without(() => fifty(false)),
  });
}

function push(stage: Stage, clone: string, refspec: string): Promise<number> {
  const child = spawn('git', ['push', '-q', 'origin', refspec], { cwd: clone, env: stage.env, stdio: 'ignore' });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)));
}

function commit(stage: Stage, clone: string, file: string, i: number): string {
  writeFileSync(join(clone, file), `note ${i}\n`);
  stage.must(clone, 'add', '-A');
  stage.must(clone, ...INES, 'commit', '-q', '-m', `Note ${i}`);
  return stage.must(clone, 'rev-parse', 'HEAD');
}
