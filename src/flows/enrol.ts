/**
 * Adds a key. The server proposes, founders sign, the ledger keeps: an entry the server alone appended changes nobody's
 * right to sign, because `verifyEnrolment` counts founders' signatures and nothing else.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { type EnrolmentSubject, verifyEnrolment } from '../core/signoff/enrolment.ts';
import type { GateWorld } from './site.ts';
import { ENROLMENT_QUORUM, foundersTrust, trustedKeys } from './trusted-keys.ts';

export async function recordEnrolment(world: GateWorld, envelope: Uint8Array): Promise<Result<EnrolmentSubject, readonly Problem[]>> {
  let wrong: readonly Problem[] = [];
  let subject: EnrolmentSubject | undefined;
  const appended = await world.ledger.append(async (state) => {
    const trust = foundersTrust(world.site, await trustedKeys({ site: world.site, ledger: world.ledger, state }));
    const verified = verifyEnrolment(envelope, trust, ENROLMENT_QUORUM, { now: world.now(), allowDemo: world.site.mode === 'demo' });
    if (!verified.ok) {
      wrong = verified.error;
      return err(verified.error[0] ?? problem('INTERNAL', 'refused without a reason'));
    }
    subject = verified.value;
    const taken = await state.keys({ keyid: subject.keyid });
    if (taken.length > 0) return err(problem('KEY_MODEL', `this key is already enrolled for ${taken[0]?.person ?? 'somebody'}`, { remedy: 'one key belongs to one person' }));
    return ok([{ type: 'enrolment' as const, fields: { person: subject.person, keyid: subject.keyid }, body: envelope }]);
  });
  if (!appended.ok) return err(wrong.length > 0 ? wrong : [appended.error]);
  return subject === undefined ? err([problem('INTERNAL', 'nothing was enrolled')]) : ok(subject);
}
