/** The starter asks no less than the one it replaced, which stood alone: whoever wrote it into a repository loses nothing by taking the new one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding, samplePolicy } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { TIERS } from '../risk/risk.ts';
import { consider } from './consider.ts';
import type { Decision } from './decision.ts';
import { loadPolicy } from './load.ts';
import { fillSeats } from './quorum.ts';
import { STARTER_POLICY } from './starter.ts';

const SYSTEMS = `systems:\n${[1, 2, 3].map((c) => `  - {id: c${c}, name: C${c}, criticality: ${c}, paths: ["c${c}/**"]}`).join('\n')}\n`;
const BEFORE = `
  - {id: destructive-change, paths: ["**"], when: risk.tier >= critical, require: {humans: 1, level: L6}}
  - {id: risky-change, paths: ["**"], when: risk.tier >= elevated, require: {humans: 1, level: L5}}
  - {id: assisted-below-senior, paths: ["**"], when: provenance.level >= assisted && !author.senior, require: {humans: 1, senior_to: author}}
  - {id: assisted-in-critical-system, paths: ["**"], when: provenance.level >= assisted && system.criticality <= 2, require: {humans: 1, level: L6}}
  - id: infrastructure
    paths: ["**/*.tf", "**/*.tfvars", "**/terragrunt.hcl", "**/{infra,infrastructure,terraform,k8s,kubernetes,helm}/**", ".github/workflows/**", .gitlab-ci.yml, "**/Dockerfile"]
    when: provenance.level >= suggestion
    require: {humans: 1, level: L5}
  - {id: deciding-files, paths: [countersign.yml, ".countersign/**", "**/CODEOWNERS", ".githooks/**", ".husky/**"], require: {humans: 1, level: L7}}
  - {id: everything-else, paths: ["**"], optional: true}`;

const now = loadPolicy(utf8(STARTER_POLICY + SYSTEMS), 'countersign.yml');
if (!now.ok) throw new Error(now.error[0]?.message);
const [starter, before] = [now.value, samplePolicy(BEFORE, SYSTEMS)];

const SETS = Array.from({ length: 2 ** SAMPLE_ROSTER.people.length }, (_, mask) => SAMPLE_ROSTER.people.filter((_, i) => Math.floor(mask / 2 ** i) % 2 === 1).map((p) => p.id));
const satisfied = (d: Decision, people: readonly string[]): boolean => d.outcome === 'pass' || (d.outcome === 'signoff' && fillSeats(d.seats, people).missing.length === 0);

const paths = fc.uniqueArray(
  fc.constantFrom('src/a.ts', 'infra/readme.md', 'main.tf', '.github/workflows/a.yml', 'countersign.yml', 'CODEOWNERS', 'a/CODEOWNERS', '.husky/x', 'c1/a', 'c2/a', 'c3/a'),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const message = fc.constantFrom('x\n', 'x\n\nAssisted-by: none\n', 'x\n\nAssisted-by: Claude:opus\n', 'x\n\nCo-authored-by: flo <flo@example.com>\n');

test('for any change', () => {
  fc.assert(
    fc.property(
      paths,
      fc.constantFrom('ada', 'ben', 'dan', 'flo', 'robo', 'who@else.example'),
      message,
      fc.constantFrom(...TIERS.values),
      fc.boolean(),
      (changed, who, said, tier, exists) => {
        const found = tier === 'routine' ? [] : [sampleDetector(sampleFinding(tier))];
        const facts = sampleFacts(sampleChange(changed, [sampleCommit(who, said)]), { targetExists: exists });
        const [heavier, lighter] = [consider(starter, found, facts), consider(before, found, facts)];
        expect(SETS.find((people) => satisfied(heavier, people) && !satisfied(lighter, people))).toBeUndefined();
      },
    ),
    { numRuns: 1_000 },
  );
});

test('and what it takes from its profile holds: submodules and pointers are refused, a sample is read', () => {
  expect(starter).toMatchObject({
    unattributed: 'default',
    submodules: 'refuse',
    largeFiles: 'refuse',
    tierRules: { raiseAtCriticality: 1, raiseAtDependents: 10 },
    sample: { share: 0.02 },
  });
});
