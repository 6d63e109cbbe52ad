/** The hooks of real commits: set by `hook install`, called by git, with the recorder's own log behind them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { gitEnvironment, gitRoom, type TestRepository } from '../testing/git.ts';
import { hookInstall } from './hook-install.ts';
import { type HookRun, hookMessage, parsed } from './hook-message.ts';
import { hookPostRewrite } from './hook-post-rewrite.ts';

const room = gitRoom();
afterAll(() => room.remove());

const CLI = fileURLToPath(new URL('./main.ts', import.meta.url));
const PROGRAM = { node: process.execPath, script: CLI };
const POLICY = (declarations: string): string =>
  `version: 1\nladder: [L4]\nsenior: L4\nprotected: [refs/heads/main]\ndeclarations: ${declarations}\nrules: [{id: a, paths: ["**"], optional: true}]\n`;

interface Clone {
  readonly repo: TestRepository;
  /** Runs a command with no terminal; `env` beside git's own. */
  run(command: string, args: readonly string[], env?: { readonly [name: string]: string }, input?: string): { readonly code: number; readonly said: string };
  commit(args: readonly string[], env?: { readonly [name: string]: string }): { readonly code: number; readonly said: string };
  message(): string;
}

async function clone(declarations = '{assistance: required}', before?: (repo: TestRepository) => void): Promise<Clone> {
  const repo = room.init();
  const state = room.folder();
  repo.commit({ 'countersign.yml': POLICY(declarations), a: 'a\n' });
  for (const [name, value] of [
    ['user.name', 'A'],
    ['user.email', 'a@x.example'],
  ] as const)
    repo.git('config', name, value);
  before?.(repo);
  const set = await hookInstall({ repo: repo.dir, program: PROGRAM });
  if (set.code !== 0) throw new Error(set.stderr);
  const run: Clone['run'] = (command, args, env = {}, input = '') => {
    const done = spawnSync('setsid', ['-w', command, ...args], { cwd: repo.dir, env: { ...gitEnvironment(room.root), XDG_STATE_HOME: state, ...env }, encoding: 'utf8', input });
    return { code: done.status ?? -1, said: `${done.stdout}${done.stderr}` };
  };
  let count = 0;
  return {
    repo,
    run,
    commit: (args, env) => {
      writeFileSync(join(repo.dir, `f${++count}`), `${count}\n`);
      repo.git('add', `f${count}`);
      return run('git', ['commit', '-q', ...args], env);
    },
    message: () => repo.git('log', '-1', '--format=%B').trimEnd(),
  };
}

/** An editor that runs a script over the file. */
function editor(script: string): { readonly GIT_EDITOR: string } {
  const file = join(room.folder(), 'editor');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { GIT_EDITOR: file };
}

describe('a commit', () => {
  test('that says nothing is stopped, keeps its message, and is repaired by the one command it is told', async () => {
    const { commit, run, message } = await clone();
    const stopped = commit(['-m', 'One']);
    expect(stopped).toMatchObject({ code: 1, said: expect.stringContaining('does not say whether an AI assisted') });
    const command = /kept: (git .*)\)\n/.exec(stopped.said)?.[1] ?? 'false';
    expect(run('sh', ['-c', command])).toMatchObject({ code: 0 });
    expect(message()).toBe('One\n\nAssisted-by: none');
  });

  test('passes by --no-verify, as a fixup, and where policy does not ask', async () => {
    const { commit, repo } = await clone();
    expect(commit(['-m', 'One', '--no-verify']).code).toBe(0);
    expect(commit(['--fixup', 'HEAD']).code).toBe(0);
    const free = await clone('{assistance: optional}');
    expect(free.commit(['-m', 'One']).code).toBe(0);
    expect(free.message()).toBe('One');
    repo.git('checkout', '-q', 'HEAD~2');
  });

  test('is asked for by a setting of the clone, where policy does not', async () => {
    const { commit, repo } = await clone('{assistance: optional}');
    repo.git('config', 'countersign.assistance', 'required');
    expect(commit(['-m', 'One']).code).toBe(1);
  });

  test('of an agent is filled in, in the words of the preset, and never as an author', async () => {
    const ours = await clone();
    expect(ours.commit(['-m', 'One'], { CLAUDECODE: '1' }).code).toBe(0);
    expect(ours.message()).toBe('One\n\nAssisted-by: claude');
    const none = await clone('{preset: kubernetes}');
    expect(none.commit(['-m', 'One'], { CLAUDECODE: '1' }).code).toBe(0);
    expect(none.message()).toBe('One');
  });

  test('a policy that changes is heard at the next commit', async () => {
    const { commit, repo } = await clone('{assistance: optional}');
    expect(commit(['-m', 'One']).code).toBe(0);
    expect(existsSync(join(repo.gitDir, 'countersign', 'terms.json'))).toBe(true);
    writeFileSync(join(repo.dir, 'countersign.yml'), POLICY('{assistance: required}'));
    expect(commit(['-m', 'Two', '--no-verify', '-a']).code).toBe(0);
    expect(commit(['-m', 'Three']).code).toBe(1);
  });

  test('a merge is asked, and left to be finished', async () => {
    const { repo, run, commit, message } = await clone();
    repo.git('switch', '-q', '-c', 'side');
    expect(commit(['-m', 'Side', '--trailer', 'Assisted-by: cursor']).code).toBe(0);
    repo.git('switch', '-q', 'main');
    const stopped = run('git', ['merge', '--no-edit', '--no-ff', 'side']);
    expect(stopped.code).not.toBe(0);
    expect(stopped.said).toContain("remedy: end the merge with git commit --no-edit --trailer 'Assisted-by: none'");
    expect(stopped.said).not.toContain('run it again');
    expect(run('git', ['commit', '--no-edit', '--trailer', 'Assisted-by: none']).code).toBe(0);
    expect(message()).toMatch(/^Merge branch 'side'\n\nAssisted-by: none$/);
  });

  test('of a rebase is let through: nobody is there to answer', async () => {
    const { repo, run, commit } = await clone();
    repo.git('switch', '-q', '-c', 'topic');
    expect(commit(['-m', 'One', '--no-verify']).code).toBe(0);
    repo.git('switch', '-q', 'main');
    expect(commit(['-m', 'Two', '--trailer', 'Assisted-by: none']).code).toBe(0);
    expect(run('git', ['rebase', '-q', 'main', 'topic'], { CLAUDECODE: '1' })).toMatchObject({ code: 0 });
    expect(repo.git('log', '-1', '--format=%B', 'topic').trim()).toBe('One');
  });
});

describe('in an editor', () => {
  const KEEP = `sed -i '1s/^/One/; s/^\\(.\\) \\(Assisted-by: none\\)$/\\2/' "$1"`;

  test.each([
    ['#', []],
    [';', ['-c', 'core.commentChar=;']],
    ['# beside the difference', ['-v']],
  ])('both choices stand ready, and one is kept: %s', async (_, args) => {
    const { repo, run, message } = await clone();
    writeFileSync(join(repo.dir, 'x'), 'x\n# Assisted-by: none\n');
    repo.git('add', 'x');
    const [settings, options] = args[0] === '-v' ? [[], args] : [args, []];
    expect(run('git', [...settings, 'commit', '-q', ...options], editor(KEEP))).toMatchObject({ code: 0 });
    expect(message()).toBe('One\n\nAssisted-by: none');
  });

  test('left alone it stops, and so does a message of nothing but the declaration', async () => {
    const { commit, repo } = await clone();
    const tip = repo.git('rev-parse', 'HEAD');
    expect(commit([], editor(`sed -i '1s/^/One/' "$1"`)).code).toBe(1);
    expect(commit([], { ...editor('true'), CLAUDECODE: '1' })).toMatchObject({ code: 1, said: expect.stringContaining('nothing but the declaration') });
    expect(commit([], editor('true')).code).toBe(1);
    expect(repo.git('rev-parse', 'HEAD')).toBe(tip);
  });

  test('what an agent is filled in with stands above the comments, with room for the subject', async () => {
    const { commit, message } = await clone();
    expect(commit(['-v'], { ...editor(`sed -i '1s/^/One/' "$1"`), CLAUDECODE: '1' })).toMatchObject({ code: 0 });
    expect(message()).toBe('One\n\nAssisted-by: claude');
  });
});

describe('the recorder', () => {
  /** One edit of an agent, as its own hooks tell it. */
  function edit({ run, repo }: Clone, file: string, content: string): void {
    const path = join(repo.dir, file);
    const event = (hook: string) =>
      JSON.stringify({ session_id: 'c1', hook_event_name: hook, cwd: repo.dir, tool_name: 'Write', tool_use_id: `t-${file}`, tool_input: { file_path: path, content } });
    run(process.execPath, [CLI, 'hook', 'agent', '--agent', 'claude-code'], {}, event('PreToolUse'));
    writeFileSync(path, content);
    run(process.execPath, [CLI, 'hook', 'agent', '--agent', 'claude-code'], {}, event('PostToolUse'));
    repo.git('add', file);
  }

  test('fills in tool and session of staged lines, and a denial is refused', async () => {
    const here = await clone('{assistance: optional}');
    edit(here, 'made', 'a line that the agent wrote\nand another one of its lines\n');
    expect(here.run('git', ['commit', '-q', '-m', 'One\n\nAssisted-by: none'])).toMatchObject({
      code: 1,
      said: expect.stringMatching(/declared none, and a recorded session of claude \(s_[0-9a-f]{14}\)/),
    });
    expect(here.run('git', ['commit', '-q', '-m', 'One'])).toMatchObject({ code: 0 });
    expect(here.message()).toMatch(/^One\n\nAssisted-by: claude\nAI-Session: urn:countersign:s_[0-9a-f]{14}$/);
    expect(here.commit(['-m', 'By hand'])).toMatchObject({ code: 0 });
    expect(here.message()).toBe('By hand');
  });

  test('knows what a commit of named paths takes, and what it leaves', async () => {
    const here = await clone('{assistance: optional}');
    edit(here, 'made', 'a line that the agent wrote\nand another one of its lines\n');
    writeFileSync(join(here.repo.dir, 'a'), 'a person did this\n');
    expect(here.run('git', ['commit', '-q', '-m', 'Mine', 'a'])).toMatchObject({ code: 0 });
    expect(here.message()).toBe('Mine');
    expect(here.run('git', ['commit', '-q', '-m', 'Its', 'made'])).toMatchObject({ code: 0 });
    expect(here.message()).toContain('Assisted-by: claude');
  });

  test('its record follows an amend', async () => {
    const here = await clone('{assistance: optional}');
    edit(here, 'made', 'a line that the agent wrote\nand another one of its lines\n');
    expect(here.run('git', ['commit', '-q', '-m', 'One'])).toMatchObject({ code: 0 });
    const note = () => here.run('git', ['notes', '--ref', 'countersign', 'show', 'HEAD']).said;
    expect(note()).toContain('"tool":"claude"');
    expect(here.run('git', ['commit', '-q', '--amend', '-m', 'Two'])).toMatchObject({ code: 0 });
    expect(note()).toContain(`"commit":"${here.repo.git('rev-parse', 'HEAD')}"`);
    expect(note()).toContain('"tool":"claude"');
  });

  test('of a rewritten commit nobody recorded nothing is said', async () => {
    const { repo } = await clone();
    const [from, to] = [repo.git('rev-parse', 'HEAD'), repo.commit({ a: 'b\n' })];
    expect(await hookPostRewrite(repo.dir, Promise.resolve(`${from} ${to}\nnonsense\n`))).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('no harm', () => {
  test('where the command is gone the commit passes with one line, and a strict clone stops it', async () => {
    const { repo, run } = await clone();
    await hookInstall({ repo: repo.dir, program: { ...PROGRAM, script: join(room.root, 'gone.js') } });
    const commit = (message: string) => run('git', ['commit', '-q', '--allow-empty', '-m', message]);
    const passed = commit('One');
    expect(passed).toMatchObject({ code: 0, said: expect.stringContaining('the command this hook calls is gone') });
    repo.git('config', 'countersign.strict', 'true');
    expect(commit('Two').code).toBe(1);
  });

  test('what was there runs first, with what git hands it, and may stop the commit', async () => {
    const log = join(room.folder(), 'log');
    const { repo, run, commit } = await clone('{assistance: required}', (there) => {
      mkdirSync(join(there.gitDir, 'hooks'), { recursive: true });
      for (const name of ['prepare-commit-msg', 'commit-msg', 'post-commit', 'post-rewrite']) {
        writeFileSync(join(there.gitDir, 'hooks', name), `#!/bin/sh\necho "${name} $#$(test ${name} = post-rewrite && wc -l)" >> '${log}'\ntest ! -e stop\n`);
        chmodSync(join(there.gitDir, 'hooks', name), 0o755);
      }
    });
    expect(commit(['-m', 'One', '--trailer', 'Assisted-by: none']).code).toBe(0);
    expect(run('git', ['commit', '-q', '--amend', '--no-edit']).code).toBe(0);
    expect(readFileSync(log, 'utf8').split('\n')).toEqual(
      ['prepare-commit-msg 2', 'commit-msg 1', 'post-commit 0', 'prepare-commit-msg 3', 'commit-msg 1', 'post-commit 0', 'post-rewrite 11', ''].map((l) => l),
    );
    writeFileSync(join(repo.dir, 'stop'), '');
    expect(commit(['-m', 'Two', '--trailer', 'Assisted-by: none']).code).toBe(1);
  });

  test('our own bug is one line, and no refusal', async () => {
    const { repo } = await clone();
    const run: HookRun = { dir: repo.dir, env: {}, terminal: () => null, readTerms: () => Promise.reject(new Error('boom')) };
    expect(await hookMessage('commit-msg', [join(repo.dir, 'a')], run)).toMatchObject({ code: 0, stderr: expect.stringContaining('boom') });
    expect(await hookMessage('commit-msg', [join(repo.dir, 'nowhere')], run)).toMatchObject({ code: 0 });
    expect(await hookMessage('prepare-commit-msg', ['x'], { ...run, dir: room.root })).toMatchObject({ code: 0, stderr: '' });
  });

  test('what is kept of a policy is read as data', () => {
    expect(parsed('{"assistance":"required","presets":["mesa","nonsense","linux"]}')).toEqual({ assistance: 'required', presets: ['mesa', 'linux'] });
    for (const bad of ['', '[]', 'null', '{"assistance":"x","presets":[]}', '{"assistance":"required","presets":1}']) expect(parsed(bad)).toBeUndefined();
  });
});

describe('at a terminal', () => {
  async function answered(...lines: readonly string[]): Promise<{ code: number; message: string; asked: number }> {
    const { repo } = await clone();
    const file = join(repo.dir, 'MSG');
    writeFileSync(file, 'One\n\n# comment\n');
    const left = [...lines];
    const run: HookRun = {
      dir: repo.dir,
      env: {},
      terminal: () => ({ ask: () => left.shift() ?? '', close: () => undefined }),
      readTerms: async () => ({ assistance: 'required', presets: [], keep: false }),
    };
    const { code } = await hookMessage('commit-msg', [file], run);
    return { code, message: readFileSync(file, 'utf8'), asked: lines.length - left.length };
  }

  test('one question, and one more for the tool', async () => {
    expect(await answered('1')).toEqual({ code: 0, message: 'One\n\nAssisted-by: none\n\n# comment\n', asked: 1 });
    expect(await answered('2', 'what', 'codex:gpt-5.2')).toEqual({ code: 0, message: 'One\n\nAssisted-by: codex:gpt-5.2\n\n# comment\n', asked: 3 });
    expect(await answered('')).toMatchObject({ code: 1, message: 'One\n\n# comment\n' });
    expect(await answered('2', '')).toMatchObject({ code: 1 });
  });

  test('the real one is asked where there is one', async () => {
    const { repo, run, message } = await clone();
    try {
      execFileSync('script', ['--version'], { stdio: 'ignore' });
    } catch {
      return; // no util-linux here: the question itself is tested above
    }
    const done = run('script', ['-qec', 'git commit -q --allow-empty -m One', '/dev/null'], { GIT_TERMINAL_PROMPT: '1' }, '1\n');
    expect(done.said).toContain('did an AI assist');
    expect(repo.git('status', '--porcelain')).toBe('');
    expect(message()).toBe('One\n\nAssisted-by: none');
  });
});
