/** A real push over HTTP through the built server and its gate, against the same push where the hook is an empty script. */
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStage } from '../examples/story/stage.ts';
import { type Comparison, compare, WARM_UP } from './measure.ts';

const EMPTY = '#!/bin/sh\nexit 0\n';
const HOOKS = ['pre-receive', 'post-receive'];
const INES = ['-c', 'user.name=Ines Duarte', '-c', 'user.email=ines@larkspur.example'];
const TURNS = 11;

export async function pushBench(): Promise<readonly Comparison[]> {
  const stage = await openStage();
  try {
    const clone = stage.clone('infra', 'ines');
    const gate = swapper(join(stage.data, 'repositories', 'infra.git', 'hooks'));
    // A chain of small commits; every push takes the next one, so that both sides push the same amount.
    const chain: string[] = [];
    for (let i = 0; i < (TURNS + WARM_UP) * 4; i++) {
      writeFileSync(join(clone, 'NOTES.md'), `note ${i}\n`);
      stage.must(clone, 'add', '-A');
      stage.must(clone, ...INES, 'commit', '-q', '-m', `Note ${i}`);
      chain.push(stage.must(clone, 'rev-parse', 'HEAD'));
    }
    const push = (ref: string): void => void stage.must(clone, 'push', '-q', 'origin', `${chain.shift() ?? ''}:${ref}`);
    const sides = (ref: string) => ({
      subject: () => push(ref),
      against: () => gate.without(() => push(ref)),
    });
    const baseline = 'the same push with an empty sh hook';
    return [
      await compare({ name: 'push: a protected ref, allowed', baseline, turns: TURNS, ...sides('refs/heads/main') }),
      await compare({ name: 'push: an unprotected ref', baseline, turns: TURNS, ...sides('refs/heads/topic') }),
    ];
  } finally {
    await stage.end();
  }
}

/** Puts empty hooks in place for as long as something runs. */
function swapper(folder: string): { without(run: () => void): void } {
  const real = HOOKS.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  const put = (name: string, text: string): void => {
    const fresh = join(folder, `${name}.new`);
    writeFileSync(fresh, text);
    chmodSync(fresh, 0o755);
    renameSync(fresh, join(folder, name));
  };
  return {
    without: (run) => {
      for (const [name] of real) put(name, EMPTY);
      run();
      for (const [name, text] of real) put(name, text);
    },
  };
}
