/** `node bench/scale/main.ts [CHANGES] [--audit]`: fills, measures, prints. 10,000 changes unless told; a million take some forty gigabytes. */
import { line } from '../measure.ts';
import { scaleBench } from './scale.ts';

const changes = Number(process.argv[2] ?? 10_000);
if (!Number.isSafeInteger(changes) || changes < 1) throw new Error('how many changes?');
for (const comparison of await scaleBench({ changes, audit: process.argv.includes('--audit') }, (words) => console.log(words))) console.log(line(comparison));
