/**
 * What a Prometheus server is told. Every label is one of a list this program holds: methods, route templates, statuses, verdicts,
 * reason codes. Nothing a client wrote becomes a label, so nobody who asks can make the series grow, or put words in front of an operator.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Ledger } from '../flows/ports.ts';
import type { Judged } from '../flows/push-record.ts';

export interface Answered {
  readonly method: string;
  /** As it was declared, `/api/v1/changes/:id`; never what was asked for. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Metrics {
  answered(request: Answered): void;
  /** @param gate where it was asked. */
  judged(gate: 'push' | 'check', answer: { readonly allow: boolean; readonly judged: readonly Judged[]; readonly problems: readonly { readonly code: string }[] }): void;
  hookBegan(): void;
  hookEnded(): void;
  /** The same ledger, its appends counted. */
  counting(ledger: Ledger): Ledger;
  /** @param checkpointAge seconds since the newest entry a checkpoint covers; null: there is none. */
  text(checkpointAge: number | null): Promise<string>;
  readonly type: string;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const GROUPS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** @param ofProcess memory, CPU, garbage collection, delay of the event loop: once a process. */
export function openMetrics({ ofProcess = false }: { readonly ofProcess?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry, prefix: 'countersign_' });
  const requests = new Counter({ name: 'countersign_http_requests_total', help: 'requests answered', labelNames: ['method', 'route', 'status'], registers });
  const durations = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'from the whole head to the end of the answer',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers,
  });
  const verdicts = new Counter({ name: 'countersign_gate_verdicts_total', help: 'answers of the gate', labelNames: ['gate', 'verdict'], registers });
  const codes = new Counter({ name: 'countersign_gate_codes_total', help: 'reason codes of those answers', labelNames: ['gate', 'verdict', 'code'], registers });
  const hooks = new Gauge({ name: 'countersign_hook_in_flight', help: 'hooks that wait for an answer', registers });
  const age = new Gauge({ name: 'countersign_checkpoint_age_seconds', help: 'since the newest entry a signed checkpoint covers', registers });
  return {
    answered: ({ method, route, status, seconds }) => {
      const named = METHODS.has(method) ? method : 'other';
      requests.inc({ method: named, route, status });
      durations.observe({ method: named, route }, seconds);
    },
    judged: (gate, { allow, judged, problems }) => {
      verdicts.inc({ gate, verdict: allow ? 'allow' : 'deny' });
      for (const p of problems) codes.inc({ gate, verdict: 'deny', code: p.code });
      for (const { verdict } of judged) for (const code of new Set(verdict.codes)) codes.inc({ gate, verdict: verdict.verdict, code });
    },
    hookBegan: () => hooks.inc(),
    hookEnded: () => hooks.dec(),
    counting: counted(registers),
    text: (checkpointAge) => {
      age.set(checkpointAge ?? Number.NaN);
      return registry.metrics();
    },
    type: registry.contentType,
  };
}

function counted(registers: Registry[]): (ledger: Ledger) => Ledger {
  const appends = new Counter({ name: 'countersign_appends_total', help: 'appends to the log by how they ended', labelNames: ['outcome'], registers });
  const entries = new Counter({ name: 'countersign_entries_total', help: 'entries appended to the log', registers });
  const waiting = new Gauge({ name: 'countersign_append_queue', help: 'appends that wait for their commit and its signature', registers });
  const groups = new Histogram({ name: 'countersign_append_group_size', help: 'appends answered by one commit', buckets: GROUPS, registers });
  const seconds = new Histogram({ name: 'countersign_append_duration_seconds', help: 'from the ask to the signed checkpoint', buckets: SECONDS, registers });
  // The store answers a whole group in one go: what it answered is one run of this queue of microtasks.
  let group = 0;
  const together = (): void => {
    if (group++ > 0) return;
    queueMicrotask(() => {
      groups.observe(group);
      group = 0;
    });
  };
  return (ledger) => ({
    ...ledger,
    append: (plan) => {
      waiting.inc();
      const done = seconds.startTimer();
      const answer = ledger.append(plan);
      answer
        .then(
          (a) => {
            together();
            appends.inc({ outcome: a.ok ? 'appended' : 'refused' });
            if (a.ok) entries.inc(a.value.length);
          },
          () => void appends.inc({ outcome: 'failed' }),
        )
        .finally(() => {
          waiting.dec();
          done();
        });
      return answer;
    },
  });
}
