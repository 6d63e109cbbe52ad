/** The process that `witness.test.ts` ends: adds one checkpoint and dies before the step of the disk it is told; says what it answered. */
import { readFileSync, writeSync } from 'node:fs';
import { parseVkey } from '../../core/log/note.ts';
import { DISK, type Disk } from './disk.ts';
import { openWitness } from './witness.ts';

const [, , dir = '', vkey = '', bodyFile = '', dieAt = '0'] = process.argv;
let step = 0;
const dying = <A extends readonly unknown[]>(act: (...given: A) => void) => {
  return (...given: A): void => {
    step++;
    if (step === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
    act(...given);
  };
};
const disk: Disk = { write: dying(DISK.write), sync: dying(DISK.sync), rename: dying(DISK.rename) };
const key = parseVkey(vkey);
if (!key.ok) throw new Error(key.error.message);
const opened = openWitness({ dir, logs: [key.value], clock: Date.now, warn: () => undefined, disk });
if (!opened.ok) throw new Error(opened.error.message);
const answer = opened.value.add(readFileSync(bodyFile, 'utf8'));
writeSync(1, `${answer.status} ${answer.body}`);
process.kill(process.pid, 'SIGKILL');
