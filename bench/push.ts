/** A real push over HTTP through the built server and its gate, against the same push where the hook is an empty script. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStage } from '../examples/story/stage.ts';
import { hooksAside } from './hooks-aside.ts';
import { type Comparison, compare, WARM_UP } from './measure.ts';

const INES = ['-c', 'user.name=Ines Duarte', '-c', 'user.email=ines@larkspur.example'];
const TURNS = 11;

export async function pushBench(): Promise<readonly Comparison[]> {
  const stage = await openStage();
  try {
    const clone = stage.clone('infra', 'ines');
    const gate = hooksAside(join(stage.data, 'repositories', 'infra.git', 'hooks'));
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
