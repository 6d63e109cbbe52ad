/**
 * Writes the samples of a repository into one file, so that models are fitted without reading git again:
 * `node bench/risk/export.ts REPOSITORY FILE [REVISION]`. The file: 4 bytes with the length of the header (little-endian), the header as
 * JSON `{version, features, count, repository, tip, ways, notSeen}`, zeros to a multiple of 8, then as 64-bit floats `at[count]`,
 * `revertedAt[count]` (-1: never), `planned[count]`, `scored[count]`, `prior[count]`, and `x[count * features.length]`, one commit after
 * another. `readSamples` reads it back.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openLanded } from '../../src/adapters/git/landed.ts';
import { FEATURES, FEATURES_VERSION } from '../../src/core/risk/score/features.ts';
import type { Sample } from '../../src/core/risk/score/landed.ts';
import { samplesOf } from '../../src/flows/score-history.ts';
import { run } from '../measure.ts';
import { table } from './labels.ts';

export interface SampleFile {
  readonly version: number;
  readonly features: readonly string[];
  readonly repository: string;
  readonly tip: string;
  readonly samples: readonly Sample[];
}

const COLUMNS = 5;

export function readSamples(file: string): SampleFile {
  const bytes = readFileSync(file);
  const end = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.toString('utf8', 4, end)) as Omit<SampleFile, 'samples'> & { readonly count: number };
  const from = Math.ceil(end / 8) * 8;
  const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + bytes.length));
  const [n, width] = [header.count, header.features.length];
  const at = (column: number, i: number): number => all[column * n + i] ?? 0;
  const samples = Array.from({ length: n }, (_, i): Sample => {
    const x = all.subarray(COLUMNS * n + i * width, COLUMNS * n + (i + 1) * width);
    const revertedAt = at(1, i);
    return { id: String(i), x, at: at(0, i), revertedAt: revertedAt < 0 ? null : revertedAt, planned: at(2, i) === 1, scored: at(3, i) === 1, prior: at(4, i) };
  });
  return { ...header, samples };
}

function writeSamples(file: string, { samples, ...rest }: SampleFile): void {
  const json = Buffer.from(JSON.stringify({ ...rest, count: samples.length }));
  const from = Math.ceil((4 + json.length) / 8) * 8;
  const [n, width] = [samples.length, rest.features.length];
  const all = new Float64Array(n * (COLUMNS + width));
  for (const [i, s] of samples.entries()) {
    for (const [column, value] of [s.at, s.revertedAt ?? -1, s.planned ? 1 : 0, s.scored ? 1 : 0, s.prior].entries()) all[column * n + i] = value;
    all.set(s.x, COLUMNS * n + i * width);
  }
  const head = Buffer.alloc(from);
  head.writeUInt32LE(json.length, 0);
  json.copy(head, 4);
  writeFileSync(file, Buffer.concat([head, Buffer.from(all.buffer)]));
}

async function main([repository, file, revision = 'HEAD']: readonly string[]): Promise<void> {
  if (repository === undefined || file === undefined) throw new Error('node bench/risk/export.ts REPOSITORY FILE [REVISION]');
  const tip = run('git', ['-C', repository, 'rev-parse', `${revision}^{commit}`]).trim();
  const read = await samplesOf(openLanded({ dir: repository }), { tip });
  if (!read.ok) throw new Error(read.error.message);
  const { samples, ways, notSeen } = read.value;
  const features = FEATURES.map((f) => f.name);
  const name = basename(repository) === 'repo' ? basename(dirname(repository)) : basename(repository);
  writeSamples(file, { version: FEATURES_VERSION, features, repository: name, tip, samples });
  console.log(table(name, samples, ways));
  for (const line of notSeen) console.log(`  ${line}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
