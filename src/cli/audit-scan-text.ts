/** The first page of a scan: counts, exceptions, what it does not answer; and the same for programs. */
import { base64 } from '../core/base/bytes.ts';
import { HOW_WORDS, HOWS, type Row } from '../core/gate/population.ts';
import type { Violation } from '../core/gate/violations.ts';
import type { Scan } from '../flows/scan.ts';
import { visibleWithin } from './terminal.ts';

interface Drawn {
  readonly rows: readonly Row[];
  readonly seed: string;
}

const day = (ms: number): string => (Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : ms < 0 ? 'the beginning' : 'now');
const short = (id: string): string => id.slice(0, 12);
const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export function scanText(found: Scan, sample: Drawn, recorded: readonly number[] | null): string {
  const { repo, log, period, refs, counts, violations, notes } = found;
  const open = violations.filter((v) => v.state.is === 'open');
  const answered = violations.filter((v) => v.state.is === 'answered');
  return [
    `Population of ${repo}, ${day(period.since)} to ${day(period.until)}`,
    `  log ${log.origin}, ${plural(log.size, 'entry', 'entries')}, each of them proven by its signed root`,
    ...(found.mode === 'demo' ? ['  DEMO DATA: its signatures are of no person'] : []),
    ...(found.trusted ? [] : ['  no trust file was given: levels and makers of keys were not judged']),
    ...notes.map((note) => `  note: ${note}`),
    '',
    ...HOWS.map((how) => `  ${String(counts[how]).padStart(8)}  ${how.padEnd(12)} ${HOW_WORDS[how]}`),
    `  ${String(HOWS.reduce((sum, how) => sum + counts[how], 0)).padStart(8)}  in all, on ${plural(refs.length, 'ref')}: ${refs.map((r) => r.ref).join(', ')}`,
    '',
    'Exceptions',
    `  completeness: ${completeness(found)}`,
    `  approver independence: ${plural(counts.signed, 'commit')} signed by people who stand outside the change, as it was decided and verified again`,
    `  approval before deploy: not answered by this scan: it reads refs, and no deployment`,
    ...(found.reviews.owed + found.reviews.overdue > 0 ? [`  reviews after break-glass: ${found.reviews.owed} owed, ${found.reviews.overdue} overdue`] : []),
    ...(found.erased > 0 ? [`  ${plural(found.erased, 'commit')} whose decision was erased by people's word: signatures were verified, what was asked was not`] : []),
    ...refs.flatMap((r) => (r.knownSince === null ? [`  ${r.ref}: the log never heard of it, so all of it counts as there before`] : [])),
    ...found.moved.map((m) => `  ${m.ref} is gone, and ${m.elsewhere} holds what landed on it: renamed, or moved there`),
    '',
    open.length === 0 ? 'No open violations' : `Open violations: ${open.length}`,
    ...open.flatMap(violationText),
    ...(answered.length === 0 ? [] : ['', `Answered violations: ${answered.length}`, ...answered.flatMap(violationText)]),
    ...(recorded === null ? [] : ['', `recorded: ${plural(recorded.length, 'new violation')}${recorded.length > 0 ? `, entries ${recorded.join(', ')}` : ''}`]),
    ...(sample.rows.length === 0 ? [] : ['', `Sample of ${sample.rows.length}, seed ${sample.seed}`, ...sample.rows.map(sampleText)]),
    '',
  ].join('\n');
}

function completeness({ counts, refs }: Scan): string {
  const wrong = counts.violation + counts.rewritten;
  const all = `every first-parent commit of ${plural(refs.length, 'protected ref')} is listed`;
  return wrong === 0 ? `${all}; none of them without a chain` : `${all}; ${counts.violation} without a chain, ${counts.rewritten} gone`;
}

function violationText(v: Violation): readonly string[] {
  const range = v.from === null ? short(v.to) : v.kind === 'rewritten' ? `up to ${short(v.from)}` : `${short(v.from)}..${short(v.to)}`;
  const who = [...v.owner.teams.map((t) => `team ${t}`), ...v.owner.people].join(', ') || 'nobody is known';
  const state = v.state.is === 'open' ? (v.state.overdue ? 'OVERDUE' : 'open') : `answered: ${v.state.by}${v.state.entry === null ? '' : `, entry ${v.state.entry}`}`;
  return [
    `  ${v.entry === null ? 'new' : `entry ${v.entry}`}  ${v.ref}  ${range}  [${v.code}]  ${v.tier}${v.weighed ? '' : ' (not weighed)'}  ${state}`,
    `    owner: ${who}${v.owner.by === 'systems' ? ' (owners of the systems)' : v.owner.by === 'policy' ? ' (owners of the policy)' : ''}`,
    `    found ${day(v.found)}, due ${day(v.due)}`,
    ...(v.state.is === 'open' ? [`    remedy: ${v.remedy}`] : []),
  ];
}

const sampleText = (row: Row, i: number): string =>
  `  ${String(i + 1).padStart(3)}  ${row.ref}  ${row.commit}  ${row.how}${row.change === null ? '' : `  countersign accountability ${row.change}`}`;

/** docs/spec/scan.schema.json */
export function scanJson(found: Scan, sample: Drawn, recorded: readonly number[] | null, exit: number): object {
  const { log, period, moved, findings, returned: _, ...rest } = found;
  const at = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  const plain = {
    ...{ version: 1, exit, ...rest, log: { ...log, root: base64(log.root) }, period: { since: at(period.since), until: at(period.until) } },
    found: findings.length,
    moved: moved.map(({ ref, elsewhere, landings }) => ({ ref, elsewhere, landings })),
    recorded,
    sample: { seed: sample.seed, rows: sample.rows },
  };
  return visibleWithin(plain) as object;
}
