/** Subjects of a forge looked at by jobs, over a real store and real git; the forge itself is a list of what it was told. */
import { keepEvent } from '../../src/flows/forge-intake.ts';
import { forgeHandlers, reporting } from '../../src/flows/forge-jobs.ts';
import { onShelf } from '../../src/flows/forge-shelf.ts';
import type { ForgeWorld, Open } from '../../src/flows/forge-world.ts';
import type { Worked } from '../../src/flows/job-worker.ts';
import type { CheckReport, DeployReport, ForgeAnswer, ForgeEvent, ForgePlace, ForgeSubject, ListedPull, Move } from '../../src/flows/ports-forge.ts';
import { prepareSignoff } from '../../src/flows/prepare.ts';
import { completeSignoff } from '../../src/flows/signoff.ts';
import { unsettledViolations } from '../../src/flows/violations.ts';
import { type Bed, MAIN, openBed } from './bed.ts';

export const NOWHERE = '0'.repeat(40);
export const TOPIC = 'refs/heads/topic';
const PLACE: ForgePlace = { repo: 'infra', forgeId: 42, name: 'acme/infra', installation: 7 };
/** Where proposals come from. */
export const SOURCE = { branch: 'topic', owner: 'ada', fork: false };
export const DROP = { 'db/001.sql': 'drop table orders;\n' };

/** What stands at the forge, and what goes wrong there. */
interface There {
  /** null: what the log says. */
  open: readonly Open[] | null;
  moves: Move[];
  bypass: boolean;
  pulls: ListedPull[];
  tag: string;
  name: string;
  forgeId: number;
  fault: (ForgeAnswer<never> & { ok: false }) | null;
}

type Pull = Extract<ForgeSubject, { kind: 'pull' }>;

export class LookBed {
  readonly bed: Bed;
  world: ForgeWorld;
  /** Every call the forge got. */
  readonly calls: string[] = [];
  readonly reports: CheckReport[] = [];
  readonly deploys: DeployReport[] = [];
  readonly logged: string[] = [];
  readonly there: There = { open: null, moves: [], bypass: false, pulls: [], tag: 'a', name: PLACE.name, forgeId: PLACE.forgeId, fault: null };
  #delivery = 0;

  private constructor(bed: Bed) {
    this.bed = bed;
    this.world = this.#made();
  }

  static async open(): Promise<LookBed> {
    return new LookBed(await openBed());
  }

  #made(): ForgeWorld {
    const { bed, there } = this;
    const served = bed.world.repositories.get('infra');
    if (served === undefined) throw new Error('the bed serves infra');
    const asked = async <T>(call: string, value: () => T): Promise<ForgeAnswer<T>> => {
      this.calls.push(call);
      return there.fault ?? { ok: true, value: value() };
    };
    const gate = { ...bed.world, repositories: new Map([['infra', { ...served, mirrored: true as const }]]) };
    const wake = (): void => undefined;
    return {
      gate: { ...gate, ledger: reporting(gate.ledger, { org: 'Bed', repos: ['infra'], wake }) },
      inbox: bed.store.forges.inbox,
      shelf: bed.store.forges.shelf,
      jobs: bed.store.jobs,
      sources: new Map([['infra', { name: 'acme/infra', merges: 'any' }]]),
      wake,
      log: (line) => void this.logged.push(line),
      violations: async (repo) => there.open ?? unsettledViolations(this.world.gate, repo),
      rules: {
        environment: () => asked('environment', () => ({ bypass: there.bypass })),
        required: () => asked('required', () => ({ required: true, pinned: true, bypass: [] })),
      },
      mirror: {
        fetch: async () => ({ ok: true }),
        refs: async (_, prefix) => {
          const printed = bed.served.git('for-each-ref', '--format=%(refname) %(objectname)', prefix);
          return new Map(printed.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ') as [string, string]])));
        },
      },
      forge: {
        find: () => asked('find', () => ({ ...PLACE, name: there.name, forgeId: there.forgeId })),
        remote: async () => ({ ok: true, value: { url: 'http://forge', user: 'x', password: 'y' } }),
        report: (check) =>
          asked('report', () => {
            this.reports.push(check);
            return check.run ?? `run-${this.reports.length}`;
          }),
        pulls: (_, tag) => asked('pulls', () => (tag === there.tag ? { unchanged: true as const } : { unchanged: false as const, tag: there.tag, pulls: there.pulls })),
        deploy: (said) => asked('deploy', () => void this.deploys.push(said)),
        moves: () => asked('moves', () => there.moves),
      },
    };
  }

  event(subject: ForgeSubject, name: string, more: Partial<ForgeEvent> = {}): ForgeEvent {
    const delivery = `d-${++this.#delivery}`;
    return { ...{ delivery, name, at: ++this.bed.clock.now, forgeId: 42, place: 'acme/infra', account: 'ada', brings: brings(subject, name), subject }, ...more };
  }

  say(said: ForgeEvent) {
    const { inbox, shelf, sources, wake } = this.world;
    return keepEvent({ org: 'Bed', inbox, shelf, sources, wake }, said);
  }

  pull(number: number, head: string, more: Partial<Pull> = {}): Pull {
    return { kind: 'pull', number, targetRef: MAIN, head, before: null, open: true, ...SOURCE, ...more };
  }

  /** As a worker would: all that is due, until nothing is. */
  async work(most = 200): Promise<readonly Worked[]> {
    const handlers = new Map(forgeHandlers(this.world).map((h) => [h.kind, h]));
    const { leases } = this.bed.store.jobs;
    const done: Worked[] = [];
    for (let n = 0; n < most; n++) {
      const { now } = this.bed.clock;
      const [job] = await leases.take({ org: 'Bed', kinds: [...handlers.keys()], holder: 'test', most: 1, until: now + 1_000 });
      if (job === undefined) return done;
      const worked = (await handlers.get(job.kind)?.run(job, new AbortController().signal)) ?? { do: 'done' };
      done.push(worked);
      const due = now + 60_000 + (worked.do === 'retry' ? (worked.after ?? 0) : 0);
      const dead = worked.do === 'retry' && job.attempts >= job.tries;
      const error = worked.do === 'done' ? '' : worked.why;
      await leases.end(job, worked.do === 'done' ? worked : worked.do === 'retry' && !dead ? { do: 'later', due, error, counted: true } : { do: 'dead', error });
    }
    throw new Error('the work does not end');
  }

  /** The head of a proposal is there. */
  arrived(number: number, head: string): string {
    this.bed.work.git('push', '-q', '-f', this.bed.served.gitDir, `${head}:refs/pull/${number}/head`);
    return head;
  }

  /** Somebody pushed a branch, and it was told. */
  pushed(head: string, account: string | null = 'ada', old: string = NOWHERE) {
    return this.say(this.event({ kind: 'ref', ref: TOPIC, old, new: head }, 'push', { account }));
  }

  /** Pushed and opened at the forge by one account, and looked at. */
  async opened(number: number, head: string, more: Partial<ForgeEvent> = {}): Promise<void> {
    await this.pushed(head, more.account);
    this.there.pulls.push({ number, targetRef: MAIN, head, account: more.account ?? 'ada', ...SOURCE });
    await this.say(this.event(this.pull(number, this.arrived(number, head)), 'pull_request.opened', more));
    await this.work();
  }

  /** A branch stands elsewhere at the forge. */
  moved(head: string, ref = MAIN): string {
    this.bed.work.git('push', '-q', '-f', this.bed.served.gitDir, `${head}:${ref}`);
    return head;
  }

  /** It does, and it was told who put it there; looked at. */
  async landed(head: string, account: string | null, ref = MAIN): Promise<string> {
    const at = this.bed.served.git('for-each-ref', '--format=%(objectname)', ref);
    const old = at === '' ? NOWHERE : at;
    this.moved(head, ref);
    await this.say(this.event({ kind: 'ref', ref, old, new: head }, 'push', { account }));
    await this.work();
    return head;
  }

  /** All of the repository is looked at, as at any time. */
  async whole(): Promise<void> {
    await this.say(this.event({ kind: 'repository' }, 'repository.edited'));
    await this.work();
  }

  async asksToDeploy(sha: string, runId = 5): Promise<void> {
    await this.say(this.event({ kind: 'deploy', runId, environment: 'production', sha }, 'deployment_protection_rule.requested'));
    await this.work();
  }

  async sign(person: 'mara' | 'noor', change: string, decision: 'approve' | 'changes' = 'approve'): Promise<boolean> {
    const signing = { ...this.bed.world, ledger: this.world.gate.ledger };
    const prepared = await prepareSignoff(signing, change, person, await this.bed.answers(change, { decision }));
    return prepared.ok && (await completeSignoff(signing, change, this.bed.keys[person].signEnvelope(prepared.value.statement))).ok;
  }

  /** A branch made there, as the forge lists its moves. */
  made = (account: string, after: string): Move => ({ account, before: NOWHERE, after, kind: 'branch_creation' });

  shelf = () => onShelf(this.world.shelf, 'infra');
  told = () => this.reports.map((r) => [r.name, r.verdict, r.run]);
  verdicts = () => this.reports.map((r) => r.verdict);
  states = () => this.deploys.map((d) => d.state);
  /** The change that was told of last. */
  change = () => this.reports.at(-1)?.change ?? '';
  close = () => this.bed.close();
}

/** Events that commits come with, as the forge's door reads them. */
const brings = (subject: ForgeSubject, name: string): boolean =>
  subject.kind === 'ref' || (subject.kind === 'pull' && (name === 'pull_request.synchronize' || (subject.fork && /[.](?:re)?opened$/.test(name))));
