/** Reasons are words made elsewhere: here they are held against rules known to ask, to waive and to be answered by stricter ones. */
import { expect, test } from 'vitest';
import { sampleChange, sampleCommit, sampleFacts, samplePolicy } from '../../testing/sample-change.ts';
import { consider } from '../policy/consider.ts';
import { rulesAsked } from './rules-asked.ts';

const policy = samplePolicy(
  `  - {id: strict, paths: ["**"], require: {humans: 1, level: L7}}
  - {id: weak, description: "Answered by the strict one", paths: ["**"], require: {humans: 1}}
  - {id: unsure, description: "Nobody known made it, so it may apply", paths: ["**"], when: author.level >= L4, require: {humans: 1}}
  - {id: waived, paths: ["**"], unless: change.files >= 1, require: {humans: 1}}
  - {id: not-this-path, paths: ["x/**"], require: {humans: 1}}
  - {id: not-this-time, paths: ["**"], when: change.files >= 5, require: {humans: 1}}
  - {id: optional, paths: ["**"], optional: true}`,
);
const askedFor = (paths: readonly string[], who: string, more = {}): readonly string[] =>
  rulesAsked(policy)(consider(policy, [], sampleFacts(sampleChange(paths, [sampleCommit(who)]), more)));

test('names every rule that asked, whether or not a seat carries its name', () => {
  expect(askedFor(['a'], 'ada')).toEqual(['strict', 'unsure', 'weak']);
  expect(askedFor(['a'], 'stranger@elsewhere.example')).toEqual(['strict', 'unsure', 'weak']);
});

test('and what is built in', () => {
  expect(askedFor(['countersign.yml'], 'ada', { targetExists: false })).toEqual(['countersign.protected-files', 'countersign.target-missing', 'strict', 'unsure', 'weak']);
});
