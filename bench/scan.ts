/**
 * A scan of a long history, each commit of it landed by a verdict of its own, against git printing that history with what each commit
 * changes. What the log holds is made as a gate makes it, of changes that passed by themselves: the most there are.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openRefHistory } from '../src/adapters/git/ref-history.ts';
import { openRepository } from '../src/adapters/git/repository.ts';
import { gitEnvironment } from '../src/adapters/git/run.ts';
import { languages } from '../src/adapters/languages/index.ts';
import { utf8 } from '../src/core/base/bytes.ts';
import { ok } from '../src/core/base/result.ts';
import { changeId } from '../src/core/change/change-id.ts';
import { keysOf, sourceOf } from '../src/flows/log-read.ts';
import type { EntryDraft } from '../src/flows/ports.ts';
import { scan } from '../src/flows/scan.ts';
import { genesisDraft, MAIN, REPO, sampleDecision } from '../src/store/sample-drafts.ts';
import { openStore } from '../src/store/store.ts';
import { gitRoom } from '../src/testing/git.ts';
import { layLongHistory } from '../src/testing/long-history.ts';
import { type Comparison, compare, run } from './measure.ts';

const STEPS = Number(process.env.COUNTERSIGN_BENCH_STEPS ?? 20_000);
/** Landings of one append. */
const GROUP = 500;

export async function scanBench(folder: string): Promise<readonly Comparison[]> {
  mkdirSync(folder, { recursive: true });
  const room = gitRoom();
  const repo = room.init();
  layLongHistory(repo, STEPS);
  const gitDir = join(repo.dir, '.git');
  const history = openRefHistory({ gitDir });
  const opened = await openStore({ dir: join(folder, 'data'), clock: Date.now });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  try {
    await lay(store.ledger, history, repo.git('rev-parse', MAIN));
    const keys = keysOf([store.logVerifierKey ?? '']);
    if (!keys.ok) throw new Error('the log has no key');
    const log = {
      source: sourceOf(store.files, 'the log'),
      keys: keys.value,
      body: (sha256: string, index?: number) => store.ledger.body(sha256, index),
      progress: () => undefined,
    };
    const world = { log, history, repository: openRepository({ gitDir }), parsers: languages(), now: Date.now };
    const subject = async (): Promise<void> => {
      const found = await scan(world, { repo: REPO, refs: [MAIN], period: { since: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY } }, () => undefined);
      if (!found.ok || found.value.counts.passed !== STEPS) throw new Error(`the scan found something else: ${JSON.stringify(found.ok ? found.value.counts : found.error)}`);
    };
    const args = ['-c', 'safe.directory=*', '--git-dir', gitDir, 'log', '--first-parent', '--raw', '-r', '-z', '--no-renames', '--full-index', MAIN];
    const against = (): void => void run('sh', ['-c', 'git "$@" >/dev/null', 'sh', ...args], { env: gitEnvironment() });
    return [
      await compare({
        name: `scan: ${STEPS} steps, each with its landing, judged`,
        baseline: 'git log --first-parent --raw of the same, to /dev/null',
        turns: 5,
        subject,
        against,
      }),
    ];
  } finally {
    await store.close();
    room.remove();
  }
}

type Store = Extract<Awaited<ReturnType<typeof openStore>>, { ok: true }>['value'];

async function lay(ledger: Store['ledger'], history: ReturnType<typeof openRefHistory>, tip: string): Promise<void> {
  const chain = await history.chain(tip);
  if (!chain.ok) throw new Error(chain.error.message);
  const moves = Array.from({ length: chain.value.length }, (_, i) => ({ from: i === 0 ? null : chain.value.commit(i - 1), to: chain.value.commit(i) }));
  const manifests = await history.manifests(moves);
  if (!manifests.ok) throw new Error(manifests.error.message);
  await ledger.append(() => ok([genesisDraft()]));
  for (let at = 0; at < moves.length; at += GROUP) {
    const drafts = moves.slice(at, at + GROUP).flatMap(({ from, to }, i) => landing(from ?? '0'.repeat(40), to, manifests.value[at + i] ?? ''));
    const done = await ledger.append(() => ok(drafts));
    if (!done.ok) throw new Error(done.error.message);
  }
}

function landing(old: string, head: string, manifest: string): readonly EntryDraft[] {
  const base = sampleDecision({ content: head, outcome: 'pass', tier: 'routine' });
  const decision = { ...base, change: { ...base.change, repo: REPO, targetRef: MAIN, head, manifest, commits: [head] } };
  const id = changeId(decision.change);
  const move = { repo: REPO, ref: MAIN, old, new: head };
  const body = (value: object): Uint8Array => utf8(JSON.stringify({ v: 1, ...value }));
  const counted = { tier: 'routine', policy: decision.policyDigest, roster: decision.rosterDigest, inputs: [], signed: false, carried: false, brokeGlass: false };
  return [
    { type: 'decision', fields: { change: id, tier: 'routine', outcome: 'pass' }, body: body({ title: 't', pusher: 'ada', behind: [], contents: [manifest, head], decision }) },
    {
      type: 'verdict',
      fields: { change: id, ...move, verdict: 'allow', codes: ['PASS'] },
      body: body({ verdict: { verdict: 'allow', would: 'allow', signoffs: [] }, nonces: [], counted }),
    },
    { type: 'landed', fields: { change: id, ...move }, body: body({ change: id, repo: REPO, targetRef: MAIN, old, head, nonces: [], counted: [] }) },
  ];
}
