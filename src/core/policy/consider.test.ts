import { describe, expect, test } from 'vitest';
import { SAMPLE_ROSTER, sampleChange, sampleCommit, sampleDetector, sampleFacts, sampleFinding, samplePerson, samplePolicy, sampleRecord } from '../../testing/sample-change.ts';
import { utf8 } from '../base/bytes.ts';
import { type Reason, reasonCodes, reasonLines } from '../base/reasons.ts';
import type { Parsed } from '../risk/evidence.ts';
import { consider } from './consider.ts';
import type { Decision } from './decision.ts';
import { loadPolicy } from './load.ts';
import { fillSeats } from './quorum.ts';
import { STARTER_POLICY } from './starter.ts';

const loaded = loadPolicy(utf8(STARTER_POLICY), 'countersign.yml');
if (!loaded.ok) throw new Error(loaded.error[0]?.message);
const starter = loaded.value;
const agentMessage = 'Resize the database\n\nAssisted-by: Claude:opus-4\n';
const by = (who: string, message?: string) => [sampleCommit(who, message)];
const destroy = sampleDetector(sampleFinding('critical'));
const codes = (d: Decision) => d.refusals.map((r) => r.code);
const seats = (d: Decision) => d.seats.map((s) => `${s.rule} ${s.humans} ${s.level} ${s.candidates.join(',')}`);

describe('the score', () => {
  const text = STARTER_POLICY.replace(/\nrules:/, '\ntiers: {score: {elevated: 90}, not_production: ["dev/**"]}\nrules:');
  const read = loadPolicy(utf8(text), 'countersign.yml');
  if (!read.ok) throw new Error(read.error[0]?.message);
  const at = (percentile: number | null) =>
    consider(read.value, [], {
      ...sampleFacts(sampleChange(['src/a.ts'], by('ada'))),
      score: percentile === null ? null : { probability: 0.1, percentile, reasons: [], model: '0'.repeat(64) },
    });

  test('lifts a tier where policy says so, and where nobody knows it', () => {
    expect([at(89).tier, at(90).tier, at(null).tier]).toEqual(['routine', 'elevated', 'elevated']);
    expect([at(90).score?.percentile, at(null).score]).toEqual([90, null]);
    expect(at(90).factsDigest).not.toBe(at(91).factsDigest);
  });

  test('is a fact of conditions, unknown where there is none', () => {
    const rules = text.replace(/\nrules:/, '\nrules:\n  - {id: risky, paths: ["**"], when: "risk.percentile >= 95", require: {humans: 1}}');
    const policy = loadPolicy(utf8(rules), 'countersign.yml');
    if (!policy.ok) throw new Error(policy.error[0]?.message);
    const asked = (percentile: number | null) =>
      consider(policy.value, [], {
        ...sampleFacts(sampleChange(['src/a.ts'], by('ada'))),
        score: percentile === null ? null : { probability: 0, percentile, reasons: [], model: '' },
      }).rules.find((r) => r.id === 'risky')?.state;
    expect([asked(94), asked(95), asked(null)]).toEqual(['silent', 'asks', 'may-ask']);
  });

  test('findings outside production weigh less, and are kept', () => {
    const there = consider(read.value, [sampleDetector({ ...sampleFinding('critical'), place: { path: 'dev/a.tf', side: 'head' } })], {
      ...sampleFacts(sampleChange(['dev/a.tf'], by('ada'))),
      score: { probability: 0, percentile: 1, reasons: [], model: '' },
    });
    expect([there.tier, there.findings[0]?.severity]).toEqual(['high', 'high']);
  });
});

describe('the starter profile', () => {
  test('routine changes pass by themselves', () => {
    const d = consider(starter, [], sampleFacts(sampleChange(['README.md'], by('ada'))));
    expect(d.outcome).toBe('pass');
    expect(d.asked).toContain('nobody is asked to sign');
    expect(reasonCodes(d.reasons)[0]).toBe('PASS');
  });

  test('an assisted change below senior needs somebody senior to the author', () => {
    const d = consider(starter, [], sampleFacts(sampleChange(['src/a.ts'], by('ben', agentMessage))));
    expect(d.outcome).toBe('signoff');
    expect(seats(d)).toEqual(['tiered.assisted-below-senior 1 L6 dan,eve,flo']);
    expect(d.asked).toContain('needs 1 human at L6 or above');
  });

  test('an assisted change by a senior passes where nothing is at stake', () => {
    expect(consider(starter, [], sampleFacts(sampleChange(['src/a.ts'], by('dan', agentMessage)))).outcome).toBe('pass');
  });

  test('destroying a database takes one L6, and one seat only', () => {
    const d = consider(starter, [destroy], sampleFacts(sampleChange(['main.tf'], by('ben', agentMessage), {}), { pusher: 'ben' }));
    expect(seats(d)).toEqual(['tiered.assisted-below-senior 1 L6 dan,eve,flo']);
    expect(d.tier).toBe('critical');
    expect(fillSeats(d.seats, ['dan']).missing).toEqual([]);
    expect(fillSeats(d.seats, ['cleo']).missing).toHaveLength(1);
  });

  test.each(['Fix\n', 'Fix\n\nAssisted-by: none\n'])('silence and a denial ask for no less: %j', (message) => {
    const silent = consider(starter, [destroy], sampleFacts(sampleChange(['main.tf'], by('ben', message))));
    const marked = consider(starter, [destroy], sampleFacts(sampleChange(['main.tf'], by('ben', agentMessage))));
    expect(silent.seats).toEqual(marked.seats);
    expect(silent.provenance.level).toBe('unattributed');
  });

  test('files that decide about the change need the top of the ladder', () => {
    for (const path of ['countersign.yml', '.countersign/roster.yml', '.github/CODEOWNERS']) {
      const d = consider(starter, [], sampleFacts(sampleChange([path], by('dan'))));
      expect(seats(d)).toEqual(['deciding-files 1 L7 flo']);
    }
  });

  test('the reasons can be read by a newcomer', () => {
    const d = consider(starter, [destroy], sampleFacts(sampleChange(['main.tf'], by('ben', agentMessage))));
    const text = reasonLines(d.reasons).join('\n');
    expect(text).toContain('this change needs 1 human at L6 or above');
    expect(text).toContain('can sign: dan, eve, flo');
    expect(text).toContain('when risk.tier >= high: true');
    expect(text).toContain('ben may not sign: author, committer');
  });
});

describe('who is behind it', () => {
  const one = samplePolicy('  - {id: all, paths: ["**"], require: {humans: 1, senior_to: author}}');

  test('nobody on the roster outranks the author: an independent peer', () => {
    const roster = { ...SAMPLE_ROSTER, people: [...SAMPLE_ROSTER.people, samplePerson('gil', 'L7')] };
    const d = consider(one, [], sampleFacts(sampleChange(['a'], by('flo')), { roster }));
    expect(seats(d)).toEqual(['all 1 L7 gil']);
  });

  test('excluding everybody who outranks the author does not make a peer enough', () => {
    const message = 'x\n\nCo-authored-by: flo <flo@example.com>\n';
    const d = consider(one, [], sampleFacts(sampleChange(['a'], by('dan', message))));
    expect(codes(d)).toContain('SEAT_UNFILLABLE');
    expect(d.seats[0]?.level).toBe('L7');
  });

  test('the pusher counts, whoever the header names', () => {
    const d = consider(one, [], sampleFacts(sampleChange(['a'], by('ada')), { pusher: 'dan' }));
    expect(d.seats[0]?.level).toBe('L7');
    expect(d.excluded.map((e) => e.person)).toEqual(['ada', 'dan']);
  });

  test('an author who borrows a senior name is judged by the pusher', () => {
    const d = consider(starter, [], sampleFacts(sampleChange(['a'], by('flo', agentMessage)), { pusher: 'ada' }));
    expect(d.outcome).toBe('refused');
    expect(d.seats[0]?.candidates).toEqual([]);
  });

  test('the owner of an agent may not sign what it made', () => {
    const d = consider(one, [], sampleFacts(sampleChange(['a'], by('robo'))));
    expect(d.excluded).toEqual([{ person: 'ben', roles: ['agent-owner'] }]);
    expect(d.seats[0]?.candidates).toEqual(['dan', 'eve', 'flo']);
  });

  test.each([
    ['author', sampleFacts(sampleChange(['a'], by('stranger@elsewhere.example')))],
    ['pusher', sampleFacts(sampleChange(['a'], by('ben')), { pusher: 'stranger' })],
  ])('an unknown %s is refused, with the remedy', (_, facts) => {
    const d = consider(one, [], facts);
    expect(codes(d)).toContain('SOD_UNRESOLVED');
    expect(d.refusals[0]?.remedy).toContain('.countersign/roster.yml');
  });

  test('an unknown co-author adds a seat and a finding', () => {
    const d = consider(one, [], sampleFacts(sampleChange(['a'], by('ada', 'x\n\nCo-authored-by: Who <who@elsewhere.example>\n'))));
    expect(d.outcome).toBe('signoff');
    expect(d.seats[0]?.humans).toBe(2);
    expect(d.findings.map((f) => f.rule)).toEqual(['SOD102']);
  });

  test('seniors excluded by header alone add an unrelated seat', () => {
    const message = 'x\n\nCo-authored-by: dan <dan@example.com>\nCo-authored-by: eve <eve@example.com>\n';
    const d = consider(samplePolicy('  - {id: all, paths: ["**"], require: {humans: 1, level: L6}}'), [], sampleFacts(sampleChange(['a'], by('ben', message)), { pusher: 'ben' }));
    expect(d.seats[0]).toMatchObject({ humans: 2, candidates: ['flo'] });
    expect(codes(d)).toEqual(['SEAT_UNFILLABLE']);
    expect(d.findings.map((f) => f.rule)).toEqual(['SOD101']);
  });
});

describe('what nobody can sign away', () => {
  const open = samplePolicy('  - {id: all, paths: ["**"], optional: true}');
  const ask = (paths: readonly string[], more = {}) => consider(open, [], sampleFacts(sampleChange(paths, by('ben'), more)));

  test('a policy that lets everything pass still guards itself', () => {
    expect(ask(['a']).outcome).toBe('pass');
    for (const path of ['countersign.yml', '.countersign/x/y', '.countersign', 'Countersign.YML']) {
      expect(seats(ask([path]))).toEqual(['countersign.protected-files 1 L6 dan,eve,flo']);
      expect(reasonCodes(ask([path]).reasons)).toContain('PROTECTED_FILES');
    }
  });

  test('content that was not seen, empty commits, submodules', () => {
    expect(codes(ask(['a'], { unseen: ['shallow history'] }))).toEqual(['CONTENT_UNSEEN']);
    expect(codes(ask([]))).toEqual(['CONTENT_EMPTY']);
    expect(codes(ask(['a'], { commits: [] }))).toEqual(['CONTENT_UNSEEN']);
    expect(codes(ask(['sub'], { records: [sampleRecord('sub', { newMode: '160000' })] }))).toEqual(['CONTENT_SUBMODULE']);
    const review = samplePolicy('  - {id: all, paths: ["**"], optional: true}', 'submodules: review');
    expect(consider(review, [], sampleFacts(sampleChange(['sub'], by('ben'), { records: [sampleRecord('sub', { oldMode: '160000' })] }))).outcome).toBe('pass');
  });

  test('content that lies elsewhere, unless the policy reviews pointers', () => {
    const pointer = { kind: 'large-file', oid: 'sha256:4d7a', size: '12345' } as const;
    const facts = (base?: Parsed, head?: Parsed) => {
      const file = { path: 'a', status: 'M' as const, oldMode: '100644', newMode: '100644', ...(base && { base }), ...(head && { head }) };
      return sampleFacts(sampleChange(['a'], by('ben')), { evidence: { files: [file], plan: null } });
    };
    const [refused] = consider(open, [], facts(undefined, pointer)).refusals;
    expect(refused).toMatchObject({ code: 'CONTENT_LFS', text: 'a is a large file pointer: its content, sha256:4d7a with 12345 bytes, was not reviewed here' });
    expect(consider(open, [], facts(pointer, { kind: 'text', text: 'here' })).refusals).toEqual([]);
    const review = samplePolicy('  - {id: all, paths: ["**"], optional: true}', 'large_files: review');
    expect(consider(review, [], facts(undefined, pointer))).toMatchObject({ outcome: 'pass', notAnalysed: [{ path: 'a', why: expect.stringContaining('sha256:4d7a') }] });
  });

  test('an empty range passes; an unseen one does not', () => {
    expect(ask([], { commits: [] }).outcome).toBe('pass');
    expect(ask([], { commits: [], unseen: ['x'] }).outcome).toBe('refused');
  });

  test('a target that does not exist needs a policy owner', () => {
    const d = consider(open, [], sampleFacts(sampleChange(['a'], by('ben')), { targetExists: false }));
    expect(seats(d)).toEqual(['countersign.target-missing 1 L6 dan,eve,flo']);
  });

  test('what a condition says of its rule, and which rule gives a seat its name', () => {
    const rules = ['a', 'z'].map((id, i) => `  - {id: ${id}, paths: ["**"], ${i === 0 ? 'when: author.senior, ' : ''}require: {humans: 1, level: L6}}`).join('\n');
    const unless = '\n  - {id: never, paths: ["**"], when: "false", require: {humans: 1}}\n  - {id: waived, paths: ["**"], unless: "true", require: {humans: 1}}';
    const d = consider(samplePolicy(rules + unless), [], sampleFacts(sampleChange(['a'], by('stranger'))));
    expect(seats(d).map((s) => s.slice(0, 1))).toEqual(['z']);
    const said = (r: Reason): readonly string[] => [...(/^(?:when|unless) /.test(r.text) ? [`${r.text} ${r.code}`] : []), ...r.children.flatMap(said)];
    expect(said(d.reasons)).toEqual(['when author.senior: cannot be decided RULE_UNKNOWN', 'when false: false RULE_NOT_APPLICABLE', 'unless true: true RULE_NOT_APPLICABLE']);
  });

  test('a path no rule covers is refused, and letter case is named', () => {
    const policy = samplePolicy('  - {id: infra, paths: ["infra/**"], require: {humans: 1}}');
    const d = consider(policy, [], sampleFacts(sampleChange(['Infra/main.tf'], by('ben'))));
    expect(d.refusals[0]).toMatchObject({ code: 'UNCOVERED', text: 'no rule covers Infra/main.tf; did you mean infra/** of rule infra? Letter case counts' });
  });

  test('a rule proved not to apply covers nothing', () => {
    const policy = samplePolicy('  - {id: big, paths: ["**"], when: change.files > 5, require: {humans: 1}}');
    expect(codes(consider(policy, [], sampleFacts(sampleChange(['a'], by('ben')))))).toEqual(['UNCOVERED']);
  });

  test('forbid with paths refuses as soon as one of them changes', () => {
    const policy = samplePolicy('  - {id: all, paths: ["**"], optional: true}', 'forbid:\n  - {id: frozen, paths: ["prod/**"], when: "true", reason: the release is frozen}');
    const at = (...paths: readonly string[]) => codes(consider(policy, [], sampleFacts(sampleChange(paths, by('ben')))));
    expect(at('README.md', 'prod/a.tf')).toEqual(['FORBIDDEN']);
    expect(at('README.md')).toEqual([]);
  });

  test('a submodule that goes is refused like one that comes', () => {
    const policy = samplePolicy('  - {id: all, paths: ["**"], optional: true}');
    for (const modes of [{ oldMode: '160000' }, { newMode: '160000' }]) {
      const change = sampleChange(['lib'], by('ben'), { records: [sampleRecord('lib', modes)] });
      expect(codes(consider(policy, [], sampleFacts(change)))).toEqual(['CONTENT_SUBMODULE']);
    }
  });

  test('whoever pushed it once and left the roster counts as the most senior', () => {
    const policy = samplePolicy('  - {id: all, paths: ["**"], require: {humans: 1, senior_to: author}}');
    const at = (pushersBefore: readonly string[]) => seats(consider(policy, [], sampleFacts(sampleChange(['a'], by('ada')), { pusher: 'ada', pushersBefore })));
    expect(at([])).toEqual(['all 1 L5 ben,cleo,dan,eve,flo']);
    expect(at(['gone'])).toEqual(['all 1 L7 flo']);
  });

  test('silence about a system of criticality 2 reads as assisted', () => {
    const policy = (criticality: number) =>
      samplePolicy(
        '  - {id: ai, paths: ["**"], when: "provenance.level >= assisted", require: {humans: 1}}\n  - {id: rest, paths: ["**"], optional: true}',
        `systems:\n  - {id: pay, name: Pay, criticality: ${criticality}, paths: ["pay/**"]}`,
      );
    const at = (criticality: number) => consider(policy(criticality), [], sampleFacts(sampleChange(['pay/a'], by('ada')))).outcome;
    expect([1, 2, 3, 4].map(at)).toEqual(['signoff', 'signoff', 'pass', 'pass']);
  });

  test('an exclusion costs one more person where only a header says it', () => {
    const policy = samplePolicy('  - {id: all, paths: ["**"], require: {humans: 1, level: L6}}');
    const dan = { name: 'dan', email: 'dan@example.com', at: 0 };
    const at = (commits: readonly ReturnType<typeof sampleCommit>[], pusher: string | null = null) =>
      seats(consider(policy, [], sampleFacts(sampleChange(['a'], commits), { pusher })));
    // He committed it, or wrote it, and somebody else pushed.
    expect(at([sampleCommit('ada', 'x', { committer: dan })], 'ada')).toEqual(['all 2 L6 eve,flo']);
    expect(at([sampleCommit('dan')], 'ada')).toEqual(['all 2 L6 eve,flo']);
    expect(at([sampleCommit('dan', 'old'), sampleCommit('ada', 'new')])).toEqual(['all 2 L6 eve,flo']);
    // He pushed it himself, or no person did and he wrote the newest commit.
    expect(at([sampleCommit('dan')], 'dan')).toEqual(['all 1 L6 eve,flo']);
    expect(at([sampleCommit('ada', 'old'), sampleCommit('dan', 'new')])).toEqual(['all 1 L6 eve,flo']);
    expect(at([sampleCommit('dan')], 'robo')).toEqual(['all 1 L6 eve,flo']);
  });

  test('forbid refuses whatever is signed', () => {
    const policy = samplePolicy(
      '  - {id: all, paths: ["**"], optional: true}',
      'forbid:\n  - {id: frozen, when: change.target == "refs/heads/main", reason: the release is frozen}',
    );
    const d = consider(policy, [], sampleFacts(sampleChange(['a'], by('flo'))));
    expect(d.refusals[0]).toMatchObject({ code: 'FORBIDDEN', text: 'forbidden by frozen: the release is frozen' });
  });

  test('criticality 1 raises the tier of what is found there', () => {
    const policy = samplePolicy('  - {id: all, paths: ["**"], optional: true}', 'systems:\n  - {id: pay, name: Pay, criticality: 1, paths: ["pay/**"]}');
    const change = sampleChange(['pay/a.sql'], by('ben'));
    expect(consider(policy, [], sampleFacts(change)).tier).toBe('routine');
    expect(consider(policy, [sampleDetector(sampleFinding('high'))], sampleFacts(change)).tier).toBe('critical');
    expect(consider(policy, [sampleDetector(sampleFinding('high'))], sampleFacts(change)).systems[0]?.id).toBe('pay');
  });
});

describe('what cannot be found out asks for more', () => {
  // Ada's level is on no ladder: `author` is unknown to conditions, and nothing else refuses the change.
  const roster = { ...SAMPLE_ROSTER, people: SAMPLE_ROSTER.people.map((p) => (p.id === 'ada' ? { ...p, level: 'X1' } : p)) };
  const REST = '\n  - {id: rest, paths: ["**"], optional: true}';
  const ask = (rules: string, more = '') => consider(samplePolicy(rules, more), [], sampleFacts(sampleChange(['a'], by('ada')), { roster }));
  const named = (r: Reason, text: string): readonly Reason[] => [...(r.text === text ? [r] : []), ...r.children.flatMap((c) => named(c, text))];
  // Unknown both ways: neither is a disguised false.
  const both = test.each(['author.senior', '!author.senior']);

  test('the author of these cases is unknown and not refused', () => {
    expect(ask('  - {id: rest, paths: ["**"], optional: true}').outcome).toBe('pass');
  });

  both('when %s: the rule applies', (when) => {
    const d = ask(`  - {id: some, paths: ["**"], when: "${when}", require: {humans: 1, level: L6}}${REST}`);
    expect([d.outcome, ...seats(d)]).toEqual(['signoff', 'some 1 L6 dan,eve,flo']);
    expect(named(d.reasons, 'rule some')).toMatchObject([{ state: 'unknown', code: 'RULE_UNKNOWN' }]);
    expect(named(d.reasons, `when ${when}: cannot be decided`)).toMatchObject([{ state: 'unknown', code: 'RULE_UNKNOWN' }]);
  });

  both('unless %s: nothing is waived', (unless) => {
    const d = ask(`  - {id: some, paths: ["**"], unless: "${unless}", require: {humans: 1, level: L6}}${REST}`);
    expect([d.outcome, ...seats(d)]).toEqual(['signoff', 'some 1 L6 dan,eve,flo']);
    expect(named(d.reasons, 'rule some')).toMatchObject([{ state: 'unknown', code: 'RULE_UNKNOWN' }]);
    expect(named(d.reasons, `unless ${unless}: cannot be decided`)).toMatchObject([{ state: 'unknown', code: 'RULE_UNKNOWN' }]);
  });

  both('an optional rule when %s covers nothing', (when) => {
    const d = ask(`  - {id: some, paths: ["**"], when: "${when}", optional: true}`);
    expect([d.outcome, ...codes(d)]).toEqual(['refused', 'UNCOVERED']);
    expect(named(d.reasons, 'rule some')).toMatchObject([{ state: 'unknown', code: 'RULE_UNKNOWN' }]);
  });

  both('forbid when %s: forbidden', (when) => {
    const d = ask('  - {id: rest, paths: ["**"], optional: true}', `forbid:\n  - {id: frozen, when: "${when}", reason: not now}`);
    expect(d.outcome).toBe('refused');
    expect(d.refusals).toEqual([{ code: 'FORBIDDEN', text: 'forbidden by frozen: not now (its condition could not be decided)' }]);
  });
});
