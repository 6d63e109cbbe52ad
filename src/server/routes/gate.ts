/** `POST /api/v1/gate/check`, the one contract of every gate: docs/spec/gate.md. No policy lives here; an answer that cannot be had is a no. */
import { Hono } from 'hono';
import type * as z from 'zod';
import { type GateAnswer, type GateQuestion, gateDesk, uuid7 } from '../../flows/gate-check.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { gateQuestion, read } from '../schema.ts';
import type { ServerWorld } from '../world.ts';

/** Seconds after which a caller that waits asks again. */
const AGAIN = 30;

export function gate(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const desk = gateDesk(world, { heard: (answer) => world.metrics?.judged('check', answer) });

  app.post('/check', async (c) => {
    const body = await read(c.req, gateQuestion);
    if (!body.ok) return refuse(c, body.error);
    const { deadline } = body.value.caller;
    const answer = await by(deadline === undefined ? null : Date.parse(deadline) - world.now(), desk.ask(questionOf(body.value)), world);
    return c.json(said(world, answer));
  });
  return app;
}

const questionOf = ({ subject, environment, gate: kind, plan_digest }: z.infer<typeof gateQuestion>): GateQuestion => ({
  subject: {
    repo: subject.repo,
    targetRef: subject.target_ref,
    base: subject.base,
    head: subject.head,
    ...(subject.head_tree === undefined ? {} : { headTree: subject.head_tree }),
    ...(subject.manifest === undefined ? {} : { manifest: subject.manifest.sha256 }),
  },
  environment: environment ?? null,
  gate: kind,
  planDigest: plan_digest ?? null,
  artifactDigests: subject.artifact_digests,
});

/** After the caller has gone nobody hears us: until then it is a no, and what was begun goes on for the next one who asks. */
async function by(ms: number | null, answer: Promise<GateAnswer>, world: ServerWorld): Promise<GateAnswer> {
  if (ms === null || ms > 60_000) return answer;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<GateAnswer>((resolve) => {
    timer = setTimeout(() => resolve(tooLate(world)), Math.max(0, ms));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

const tooLate = (world: ServerWorld): GateAnswer => ({
  ...{ verdict: 'deny', verdictId: uuid7(world.now(), world.random()), policyDigest: null, change: null, validUntil: null },
  reasons: [{ code: 'GATE_UNAVAILABLE', text: 'the gate did not decide before the deadline of the caller' }],
});

function said({ site }: ServerWorld, { verdict, verdictId, policyDigest, reasons, change, validUntil }: GateAnswer) {
  return {
    verdict,
    verdict_id: verdictId,
    policy_digest: policyDigest,
    reasons,
    signoff_url: change === null ? null : `${site.url}/changes/${change}`,
    evidence_bundle_url: change === null ? null : `${site.url}/api/v1/changes/${change}/bundle`,
    retry_after: verdict === 'wait' ? AGAIN : null,
    valid_until: validUntil === null ? null : new Date(validUntil).toISOString(),
  };
}
