/** Lays out the sample organisation: two repositories, a demo genesis with its founders, a key for everybody else. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { hex, utf8 } from '../../core/base/bytes.ts';
import { ok, type Result } from '../../core/base/result.ts';
import { statementBytes } from '../../core/signoff/build.ts';
import { enrolmentStatement, termFrom } from '../../core/signoff/enrolment.ts';
import type { EntryDraft, Ledger } from '../../flows/ports.ts';
import { cosign, type SampleKey, subjectOf } from './authenticators.ts';
import { git, layHistory, type SampleCommit } from './history.ts';
import { INFRA_HISTORY } from './infra.ts';
import { ORDERS_HISTORY } from './orders.ts';
import { ORGANISATION } from './organisation.ts';

export interface SampleSite {
  readonly origin: string;
  readonly rpId: string;
  readonly origins: readonly string[];
}

export const REPOSITORIES = [
  { id: 'infra', title: 'Infrastructure, in Terraform', history: INFRA_HISTORY },
  { id: 'orders', title: 'The orders service, with its migrations', history: ORDERS_HISTORY },
] as const;

/** Everybody's password for git over HTTP in the sample: it guards nothing but sample data on loopback. */
export const SAMPLE_PASSWORD = 'demo';

/** Makes the bare repositories that are not there yet. What is there is never touched, whatever state it is in. */
export function layRepositories(root: string): void {
  mkdirSync(root, { recursive: true });
  for (const { id, history } of REPOSITORIES) {
    const gitDir = join(root, `${id}.git`);
    if (existsSync(gitDir)) continue;
    const fresh = join(root, `${id}.new`);
    layRepository(fresh, history);
    // Renamed into place when it is whole: a start that was killed here begins again.
    renameSync(fresh, gitDir);
  }
}

function layRepository(gitDir: string, history: readonly SampleCommit[]): void {
  layHistory(gitDir, history);
  // Pushes arrive over HTTP, every object of theirs is checked, and main may not be force-pushed past the gate.
  for (const [key, value] of [
    ['http.receivepack', 'true'],
    ['receive.fsckObjects', 'true'],
    ['transfer.fsckObjects', 'true'],
  ] as const)
    git(['--git-dir', gitDir, 'config', key, value], '');
  // A second protected branch, to show that a sign-off for one ref is none for another.
  git(['--git-dir', gitDir, 'update-ref', 'refs/heads/release', 'refs/heads/main'], '');
}

/** Genesis and enrolments, all signed by the founders, in one append. @param random 16 fresh bytes. */
export function layLedger(ledger: Ledger, site: SampleSite, keys: readonly SampleKey[], random: () => Uint8Array, now: number): Promise<Result<unknown>> {
  const founders = keys.filter((k) => k.founder).map(subjectOf);
  const body = utf8(JSON.stringify({ v: 1, mode: 'demo', ...site, organisation: ORGANISATION, solo: false, founders }));
  const genesis: EntryDraft = { type: 'genesis', fields: { mode: 'demo', origin: site.origin }, body };
  return ledger.append(() => ok([genesis, ...keys.filter((k) => !k.founder).map((k) => enrolment(site, keys, k, random(), now))]));
}

function enrolment(site: SampleSite, keys: readonly SampleKey[], key: SampleKey, nonce: Uint8Array, now: number): EntryDraft {
  const subject = subjectOf(key);
  const envelope = cosign(keys, statementBytes(enrolmentStatement(subject, site.rpId, hex(nonce), termFrom(now))), subject.person);
  return { type: 'enrolment', fields: { person: subject.person, keyid: subject.keyid }, body: envelope };
}
