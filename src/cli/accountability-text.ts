/** The account of a change as text: short lines that can be pasted into a review as they are, and each says where in the log it stands. */
import { base64 } from '../core/base/bytes.ts';
import { questionsFor } from '../core/dossier/questions.ts';
import type { GlassSaid, OwnershipSaid, Read, SignoffSaid, Word } from '../flows/account-words.ts';
import type { Account, Accounts, Decided, PolicyInForce } from '../flows/accountability.ts';
import { clip, wrapped } from './text-rows.ts';

const NAME = 14;
const WIDTH = 100;

/** A name and what it says, wrapped under itself. @param depth of the column. */
const row = (name: string, text: string, depth = 0): string => {
  const pad = '  '.repeat(depth + 1);
  const lines = text.split('\n').flatMap((line) => wrapped(line, WIDTH - NAME - pad.length));
  return lines.map((line, i) => `${pad}${(i === 0 ? name : '').padEnd(NAME)}${line}\n`).join('');
};
const line = (text: string, depth = 0): string => {
  const pad = '  '.repeat(depth + 1);
  return wrapped(text, WIDTH - pad.length)
    .map((l) => `${pad}${l}\n`)
    .join('');
};
const head = (text: string): string => `\n${text.toUpperCase()}\n`;

/** Seconds are enough to read by; the entry has the rest. */
const when = ({ entry, time }: { readonly entry: number; readonly time: string }): string => `${time.replace('T', ' ').replace(/\.\d+Z$/, 'Z')}, entry ${entry}`;

export function accountsText(found: Accounts): string {
  const { accounts } = found;
  const several = accounts.length > 1 ? `${accounts.length} changes of the log are about this; one after another\n\n` : '';
  return `${demoWords(found)}${several}${accounts.map((a) => accountText(a, found)).join('\n')}${sourceText(found)}`;
}

const demoWords = ({ mode }: Accounts): string => (mode === 'demo' ? 'DEMO DATA: these signatures are by software, and prove nothing of any person.\n\n' : '');

function accountText(account: Account, { names }: Accounts): string {
  const person = (id: string): string => (names.has(id) ? `${names.get(id)} (${id})` : `${id} (no key of theirs is in the log)`);
  return [
    titleText(account),
    stateText(account),
    whereText(account),
    head('who stood behind it'),
    behindText(account, person),
    head('who signed it'),
    account.signoffs.length === 0 ? line('nobody') : account.signoffs.map(signoffText).join(''),
    account.carries.map((c) => row('carried', carryText(c))).join(''),
    account.breakGlass.length === 0 ? '' : `${head('break-glass')}${account.breakGlass.map(glassText).join('')}`,
    head('by which rules'),
    rulesText(account),
    head('what the gate did'),
    gateText(account),
    account.takenBack.length === 0 ? '' : `${head('taken back since')}${account.takenBack.map((t) => line(`${t.of} (${t.type}, ${when(t)})`)).join('')}`,
    head('what does not hold'),
    account.faults.length === 0
      ? line("nothing: every person's signature above was verified again as the gate does, by keys that people had enrolled by then")
      : account.faults.map((f) => line(`- ${f}`)).join(''),
  ].join('');
}

const carryText = (c: Account['carries'][number]): string =>
  c.why.length > 0
    ? `NOT VERIFIED: entry ${c.entry} carries the sign-off ${c.signoff.slice(0, 12)}: ${c.why.join('; ')}`
    : `the gate counted the sign-off ${c.signoff.slice(0, 12)} of an earlier form for ${c.rules.join(', ')} (${when(c)})`;

const titleText = ({ change, decided }: Account): string => `Change ${change}${decided === null ? '' : `: ${clip(decided.title || 'without a title', 70)}`}\n`;

function whereText({ decided }: Account): string {
  if (decided === null) return '';
  const { summary, tier, asked, change } = decided.decision;
  return [
    row('would do', summary),
    row('danger', `tier ${tier}; ${asked}`),
    row('where', `${change.repo}, ${change.targetRef}`),
    row('commit', change.head),
    row('content', `manifest ${change.manifest}`),
  ].join('');
}

/** The first thing somebody woken up wants to know. Only words that hold are anybody's. */
function stateText({ landings, signoffs, breakGlass }: Account): string {
  const [last] = landings.slice(-1);
  if (last === undefined) return row('state', 'has not landed');
  const counted = signoffs.filter((s) => s.said?.counted);
  const glass = breakGlass.filter((g) => g.said?.kind === 'use' && g.said.counted);
  const void_ = [...counted, ...glass].filter((w) => !w.verified).length;
  const how = glass.some((g) => g.verified) ? `by break-glass of ${whose(glass)}` : counted.some((s) => s.verified) ? `on the word of ${whose(counted)}` : "on nobody's word";
  return row('state', `landed ${how} (${when(last)})${void_ === 0 ? '' : `; the gate counted ${void_} more that ${void_ === 1 ? 'does' : 'do'} not hold`}`);
}

const whose = (words: readonly Word[]): string => [...new Set(words.filter((w) => w.verified).map((w) => w.name))].join(' and ');

function behindText({ decided, ownership, decisions }: Account, person: (id: string) => string): string {
  if (decided === null) return line(decisions.length === 0 ? 'the log never decided about it' : 'what was decided has lost its bytes');
  const { excluded, unresolved } = decided.decision;
  const rows = excluded.map((e) => line(`${person(e.person)}: ${e.roles.join(', ')}`));
  const strangers = unresolved.map((u) => line(`${u.identity || 'an empty name'}: ${u.role}, nobody on the roster of the time`));
  const silent = (['prompter', 'author'] as const).filter((role) => ![...excluded.flatMap((e) => e.roles), ...unresolved.map((u) => u.role)].includes(role));
  return [
    ...rows,
    ...strangers,
    ...silent.map((role) => row(role, role === 'prompter' ? 'no record names one' : 'an agent alone: see who owns it')),
    row('pushed as', decided.pusher ?? 'not said'),
    ...assistance(decided),
    ...(ownership.length === 0 ? [row('own word', 'no ownership statement')] : ownership.map((o) => ownershipText(o))),
    row('as of', `decision of ${when(decided)}: the server's word, which no person signed`),
  ].join('');
}

/** What is known of AI, each with what it rests on. */
function assistance({ decision: { provenance } }: Decided): readonly string[] {
  const { level, evidence, declarations, contradictions, marks = [] } = provenance;
  const sessions = Map.groupBy(
    marks.flatMap((m) => (m.session === undefined ? [] : [{ session: m.session, tool: m.model === undefined ? m.tool : `${m.tool}:${m.model}` }])),
    (m) => m.session,
  );
  const marked = [...new Set(evidence.map(markText))];
  return [
    row('AI', level === 'unattributed' ? 'nothing says that one helped, and nothing says that none did' : `${level}, by`),
    ...marked.slice(0, MOST).map((mark) => row('', mark)),
    ...(marked.length > MOST ? [row('', `and ${marked.length - MOST} more marks`)] : []),
    ...[...sessions].map(([session, [first]]) => row('session', `${session} of ${first?.tool ?? 'an unknown tool'}`)),
    ...declarations.map((d) => row('declared', `Assisted-by: ${d.value} (commit ${d.commit.slice(0, 12)})`)),
    ...contradictions.map((c) => row('but', c)),
  ];
}

const MOST = 12;

function markText({ slot, tool, model, matched, commit, rule }: Decided['decision']['provenance']['evidence'][number]): string {
  if (slot === 'sticky') return `remembered: ${clip(matched, 100)}`;
  return `${tool}${model === undefined ? '' : ` with ${model}`}: ${slot} ${JSON.stringify(clip(matched, 80))}${commit === undefined ? '' : `, commit ${commit.slice(0, 12)}`} (${rule})`;
}

const verified = (w: Word): string => (w.verified ? 'verified' : `NOT VERIFIED: ${w.why.join('; ')}`);

function ownershipText(word: Read<OwnershipSaid>): string {
  const { said } = word;
  const rows = [row('own word', `${word.name}, ${when(word)}: ${verified(word)}`)];
  if (said === null) return rows.join('');
  return [
    ...rows,
    row('read', `${said.filesRead} of ${said.filesTotal} files`, 1),
    row('ran', said.ran.join('; '), 1),
    row('not understood', said.notUnderstood.join('; '), 1),
    ...said.assumptions.map((a) => row('assumed', `${a.text}: ${a.holds}`, 1)),
  ].join('');
}

/** In the words it was asked in, as far as this version knows them. */
const questionText = (id: string): string => questionsFor('critical').find((q) => q.id === id)?.text ?? id;

const KEYS = { webauthn: 'a passkey', 'sk-ssh': 'a security key in the terminal', demo: "the demo's software authenticator" } as const;

const DECISIONS = { approve: 'approved', approve_with_conditions: 'approved on conditions', changes: 'asked for changes', cannot_judge: 'could not judge' } as const;

/** What does not hold is told as what the entry says, never as what somebody did. */
function headText(word: Word, did: string, as = ''): string {
  if (word.verified) return line(`${word.name}${as}: ${did} (${when(word)})`);
  return `${line(`NOT VERIFIED, in the name of ${word.name}: ${did} (${when(word)})`)}${row('because', word.why.join('; '), 1)}`;
}

const countedText = ({ verified: holds }: Word, counted: boolean): string => (!counted ? 'no' : holds ? 'yes, by the gate' : 'by the gate, though it does not hold');

/** Enrolment is what the log proves; a lower level may be what the roster said. */
const levelText = ({ enrolled }: Word, { level, domains }: SignoffSaid): string =>
  `, ${enrolled ?? 'of no known level'}${enrolled === level ? '' : ` by enrolment, signing as ${level}`}${domains.length > 0 ? `, for ${domains.join(', ')} as they say` : ''}`;

function signoffText(word: Read<SignoffSaid>): string {
  const { said } = word;
  if (said === null) return line(`NOT VERIFIED, in the name of ${word.name}: entry ${word.entry} cannot be read: ${word.why.join('; ')}`);
  const { review } = said;
  const minutes = Math.round(review.activeSeconds / 6) / 10;
  return [
    headText(word, `${DECISIONS[said.decision]}, for ${said.stage}`, levelText(word, said)),
    ...(word.verified ? [row('signature', `verified, ${KEYS[said.key]}`, 1)] : []),
    row('counted', countedText(word, said.counted), 1),
    ...(said.earlier ? [row('signed', 'an earlier form of this change, or a commit inside its push', 1)] : []),
    row('said', said.sentence, 1),
    ...said.conditions.map((c) => row('condition', c, 1)),
    ...said.answers.map((a) => row('answer', `${questionText(a.question)}\n${a.answer}`, 1)),
    ...said.dispositions.map((d) => row('finding', `${d.finding}\n${d.disposition}: ${d.note}`, 1)),
    ...said.assumptions.map((a) => row('assumed', `${a.text}: ${a.holds}`, 1)),
    row('not checked', said.notChecked, 1),
    row('effort', `${minutes} min of activity, ${review.filesViewed} of ${review.filesTotal} files opened`, 1),
    ...word.since.map((s) => row('SINCE THEN', s, 1)),
  ].join('');
}

const GLASS = { use: 'let it pass', cancel: 'took it back', review: 'reviewed it' } as const;

function glassText(word: Read<GlassSaid>): string {
  const { said } = word;
  if (said === null) return line(`NOT VERIFIED, in the name of ${word.name}: entry ${word.entry} cannot be read: ${word.why.join('; ')}`);
  return [
    headText(word, `${GLASS[said.kind]}${said.outcome === null ? '' : `, ${said.outcome}`}`, word.enrolled === null ? '' : `, ${word.enrolled}`),
    ...(word.verified ? [row('signature', 'verified', 1)] : []),
    ...(said.incident === null ? [] : [row('incident', said.incident, 1)]),
    row('said', said.reason, 1),
    ...(said.kind === 'use' ? [row('counted', countedText(word, said.counted), 1)] : []),
    ...(said.due === null ? [] : [row('review', `owed within ${Math.round(said.due.withinSeconds / 360) / 10} h of the landing, by ${said.due.level} or above`, 1)]),
  ].join('');
}

function rulesText({ decided, policy }: Account): string {
  if (decided === null || policy === null) return line('what was decided has lost its bytes');
  const seats = decided.decision.seats.map((s) =>
    row('seat', `${s.humans} ${s.humans === 1 ? 'human' : 'humans'}${s.level === null ? '' : ` at ${s.level} or above`}, asked by ${s.answers.join(', ') || s.rule}`),
  );
  const findings = decided.decision.findings.map((f) => row('finding', `${f.rule} ${f.severity}, ${f.place.path}: ${f.what}`));
  return [
    row('policy', `${policy.uri ?? 'countersign.yml of the target ref'}\nsha256 ${policy.digest}`),
    row('roster', `sha256 ${policy.roster}`),
    ...broughtText(policy),
    ...seats,
    ...findings,
    ...decided.decision.refusals.map((r) => row('refused', `${r.text} [${r.code}]`)),
  ].join('');
}

function broughtText({ landed }: PolicyInForce): readonly string[] {
  if (landed === null) return [row('in force', 'since before this log has an entry of it')];
  const by = landed.signoffs.map((s) => row('signed by', `${s.verified ? `${s.name}${s.enrolled === null ? '' : `, ${s.enrolled}`}` : 'nobody'} (${when(s)}): ${verified(s)}`, 1));
  const others = landed.others.map((digest) => row('and', `envelope ${digest}`, 1));
  return [
    row('in force', `since commit ${landed.commit.slice(0, 12)} landed (${when(landed)})`),
    ...(by.length + others.length === 0 ? [row('signed by', 'nobody', 1)] : [...by, ...others]),
  ];
}

function gateText({ verdicts, landings }: Account): string {
  const judged = verdicts.map((v) => ({
    ...v,
    text: row(
      v.verdict,
      `${v.codes.join(', ')}${v.mode === 'enforce' ? '' : ` (the gate only watched: it would have said ${v.would})`}, ${v.old.slice(0, 12)}..${v.new.slice(0, 12)} (${when(v)})`,
    ),
  }));
  const landed = landings.map((l) => ({
    ...l,
    text: row('LANDED', `${l.repo} ${l.ref} ${l.old.slice(0, 12)}..${l.new.slice(0, 12)}${l.breakGlass ? ' by break-glass' : ''} (${when(l)})\n${summaryText(l.summary)}`),
  }));
  const all = [...judged, ...landed].sort((a, b) => a.entry - b.entry);
  return all.length === 0 ? line('nothing') : all.map((e) => e.text).join('');
}

function summaryText(summary: Account['landings'][number]['summary']): string {
  if (summary === null) return 'the gate gave no summary of it';
  const judged =
    summary.verified === null
      ? 'not verified: its key is in the trust file, not in the log'
      : summary.verified
        ? `verified, ${summary.levels.join(', ')}`
        : `NOT VERIFIED: ${summary.why}`;
  return `the gate's own summary: ${summary.result}, entry ${summary.entry} (${judged})`;
}

const UNJUDGED = 'who made the keys, the order of levels and the gate itself: they are in a trust file and in no log (--trust)';

function sourceText({ log, pin, organisation, trusted }: Accounts): string {
  const unjudged = trusted ? '' : row('not judged', UNJUDGED);
  return `${head('from')}${row('log', `${log.origin}, ${log.size} entries${organisation === '' ? '' : `, of ${organisation}`}`)}${row('root', `${base64(log.root)}, worked out from the entries`)}${row('genesis', pin === null ? 'gone, or not to be read' : `sha256 ${pin}`)}${unjudged}`;
}
