/**
 * `countersign hook agent` around one call of an agent's tool, before and after, against a Node that does nothing twice: what a
 * recorder costs an agent beyond starting a process at all. The shell is measured in a repository of 2,000 files, 20 of them changed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, compare, run } from './measure.ts';

const FILES = 2_000;
const LINES = 400;

export async function hookBench(folder: string, cli: string): Promise<readonly Comparison[]> {
  const [repo, empty] = [join(folder, 'repo'), join(folder, 'empty.mjs')];
  mkdirSync(folder, { recursive: true });
  layRepository(repo);
  writeFileSync(empty, '');
  const env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: join(folder, 'state') };
  const node = (): void => void run(process.execPath, [empty], { env });
  const hook = (event: object): void => void run(process.execPath, [cli, 'hook', 'agent', '--agent', 'claude-code'], { cwd: repo, env, input: JSON.stringify(event) });
  const twice = (act: () => void) => (): void => {
    act();
    act();
  };
  const call =
    (tool: string, input: object, write: (turn: number) => void) =>
    (turn: number): void => {
      const event = { session_id: 'bench', cwd: repo, tool_name: tool, tool_input: input, tool_use_id: `${tool}${turn}` };
      hook({ ...event, hook_event_name: 'PreToolUse' });
      write(turn);
      hook({ ...event, hook_event_name: 'PostToolUse', tool_response: {} });
    };
  const edited = join(repo, 'd0/f0.txt');
  const edit = call('Edit', { file_path: edited }, (turn) => writeFileSync(edited, content(`edit ${turn}`)));
  const shell = call('Bash', { command: 'make' }, (turn) => writeFileSync(join(repo, 'd1/f1.txt'), content(`make ${turn}`)));
  const git = (): void => void run('git', ['--version'], { env });
  return [
    await compare({ name: 'hook agent: one edit, before and after', baseline: 'an empty Node program, twice', turns: 31, subject: edit, against: twice(node) }),
    await compare({ name: 'hook agent: one shell call, before and after', baseline: 'an empty Node program, twice', turns: 21, subject: shell, against: twice(node) }),
    await compare({ name: 'an empty Node program', baseline: 'git --version', turns: 21, subject: node, against: git }),
  ];
}

const content = (first: string): string => [first, ...Array.from({ length: LINES }, (_, i) => `line ${i} of a file of some length`)].join('\n');

function layRepository(repo: string): void {
  run('git', ['init', '-q', repo]);
  for (let d = 0; d < 20; d++) {
    mkdirSync(join(repo, `d${d}`));
    for (let f = 0; f < FILES / 20; f++) writeFileSync(join(repo, `d${d}/f${f}.txt`), content(`${d} ${f}`));
  }
  run('git', ['-C', repo, 'add', '-A']);
  run('git', ['-C', repo, '-c', 'user.name=b', '-c', 'user.email=b@x.example', 'commit', '-qm', 'all']);
  for (let f = 0; f < 20; f++) writeFileSync(join(repo, `d2/f${f}.txt`), content(`changed ${f}`));
}
