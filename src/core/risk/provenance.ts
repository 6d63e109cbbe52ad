/**
 * What is known of AI in a change, where it is itself a danger: a denial that evidence contradicts, evidence nobody could read, an
 * agent in the place of a person's word, an account nobody has classified. Findings like any other: a person answers each.
 */
import { classifyWords } from '../provenance/classify.ts';
import { PROVENANCE_LEVELS, type Provenance, type ProvenanceEvidence } from '../provenance/provenance.ts';
import { type Finding, type Risk, TIERS, type Tier } from './risk.ts';

/** Of each kind; a push decides how many commits it has. */
const MOST = 20;

export function withProvenance(risk: Risk, provenance: Provenance, path: string): Risk {
  const more = [...denied(provenance, path), ...unread(provenance, path), ...signedOff(provenance, path), ...unclassified(provenance, path)];
  if (more.length === 0) return risk;
  return { ...risk, findings: [...risk.findings, ...more], tier: more.reduce<Tier>((most, f) => TIERS.max(most, f.severity), risk.tier) };
}

const short = (commit: string | undefined): string => (commit === undefined ? 'this change' : `commit ${commit.slice(0, 12)}`);
const byCommit = (evidence: readonly ProvenanceEvidence[]) => [...Map.groupBy(evidence, (e) => e.commit)].slice(0, MOST);

function finding(rule: string, slug: string, severity: Tier, path: string, object: string, what: string, because: Finding['because'], safeIf: string | readonly string[]): Finding {
  return { rule, slug, version: 1, severity, confidence: 'exact', place: { path, side: 'head', object }, what, because, safeIf: [safeIf].flat() };
}

/** Marks of the whole change (its pusher, what was seen before) speak against every commit of it. */
function denied({ declarations, evidence }: Provenance, path: string): readonly Finding[] {
  const marks = evidence.filter((e) => e.trust >= 2 && PROVENANCE_LEVELS.above(e.level, 'unattributed'));
  const own = new Map([...marks].reverse().map((e) => [e.commit, e]));
  const whole = marks.find((e) => e.slot === 'pusher' || e.slot === 'sticky');
  const none = [...new Set(declarations.filter((d) => d.value === 'none').map((d) => d.commit))];
  return none.slice(0, MOST).flatMap((commit) => {
    const mark = own.get(commit) ?? whole;
    if (mark === undefined) return [];
    const what = `${short(commit)} declares that no AI assisted, and ${mark.rule} says that ${mark.tool} did`;
    return [
      finding(
        'PROV101',
        'denial-contradicted',
        'elevated',
        path,
        short(commit),
        what,
        [[mark.slot, mark.matched]],
        'its author takes the denial out of the message (git rebase -i, reword) and says which AI it was',
      ),
    ];
  });
}

function unread({ evidence }: Provenance, path: string): readonly Finding[] {
  return byCommit(evidence.filter((e) => e.rule === 'evidence-unreadable')).map(([commit, some]) => {
    const what = `evidence of AI in ${short(commit)} could not be read: ${some[0]?.matched ?? ''}`;
    const because = some.slice(0, 5).map((e) => [e.slot, e.matched] as const);
    return finding('PROV102', 'evidence-unreadable', 'elevated', path, short(commit), what, because, 'what could not be read says nothing of AI');
  });
}

/** A sign-off of origin is a person's word that they may give this away; an agent has none to give. */
function signedOff({ evidence }: Provenance, path: string): readonly Finding[] {
  return byCommit(evidence.filter((e) => e.rule === 'agent-signed-off')).map(([commit, some]) => {
    const what = `${short(commit)} is signed off by ${some[0]?.tool ?? 'an agent'}, which no agent can do`;
    return finding(
      'PROV103',
      'agent-signed-off',
      'routine',
      path,
      short(commit),
      what,
      [['trailer', some[0]?.matched ?? '']],
      'a person signs off, and the agent is named in Assisted-by',
    );
  });
}

function unclassified({ unknown = [] }: Provenance, path: string): readonly Finding[] {
  return unknown.slice(0, MOST).map(({ account, slot, commit }) => {
    const what = `nobody has said what ${account} is: say it once, in .countersign/agents.yml`;
    return finding('PROV104', 'account-unclassified', 'routine', path, account, what, [[slot, `${account} in ${short(commit)}`]], classifyWords(account).split('\n').slice(1));
  });
}
