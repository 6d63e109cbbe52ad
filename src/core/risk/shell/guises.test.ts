/** The case this system is there for: an environment deleted and made anew, in every guise, and what only looks like it. */
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { GUISES, type Guise, HARMLESS } from '../../../testing/guises.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { readPlan } from '../../../world.ts';
import { utf8 } from '../../base/bytes.ts';
import { detect } from '../detect.ts';
import { ALL_DETECTORS } from '../detectors.ts';
import { planEvidence } from '../plan-file.ts';

/** Rules that are critical, without those that only say that something guards or cannot be read. */
async function critical({ files = {}, plan }: Guise): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  const plans = plan === undefined ? [] : [await readPlan(utf8(JSON.stringify(plan)))];
  const evidence = { files: await languages().parse(records, read), ...planEvidence(plans.flatMap((p) => (p.ok ? [p.value] : []))) };
  return detect(ALL_DETECTORS, evidence)
    .findings.filter((f) => f.severity === 'critical' && !f.rule.startsWith('META'))
    .map((f) => f.rule);
}

describe('an environment is deleted and made anew', () => {
  it.each(GUISES.map((g) => [g.name, g] as const))('%s', async (_, guise) => expect(await critical(guise)).not.toEqual([]));

  it('is listed in many ways, each once', () => {
    const shapes = new Set(GUISES.map((g) => JSON.stringify([g.files, g.plan])));
    expect([shapes.size, GUISES.length >= 80]).toEqual([GUISES.length, true]);
  });
});

describe('what only looks like it', () => {
  it.each(HARMLESS.map((g) => [g.name, g] as const))('%s', async (_, guise) => expect(await critical(guise)).toEqual([]));
});
