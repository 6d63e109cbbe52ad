/**
 * A whole bundle verified in memory: trust file with the statements of many people, bundle, every signature and proof. Beside it the
 * least there is to do: the ECDSA verifications themselves, by node:crypto with keys at hand.
 */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { utf8 } from '../src/core/base/bytes.ts';
import type { Said } from '../src/core/signoff/authority.ts';
import { formatBundle, parseBundle } from '../src/core/signoff/bundle.ts';
import { enrolmentStatement, termFrom } from '../src/core/signoff/enrolment.ts';
import { verifyBundle } from '../src/core/signoff/offline.ts';
import { parseTrust } from '../src/core/signoff/trust-file.ts';
import { softAuthenticator } from '../src/testing/authenticator.ts';
import { NOW, RP, signoffBytes, signoffInput, testLog } from '../src/testing/signoffs.ts';
import { cosigned, subjectOf, trustFileOf } from '../src/testing/trust-files.ts';
import { type Comparison, compare } from './measure.ts';

const LANDED = { repo: 'infra', targetRef: 'refs/heads/main', manifest: '1'.repeat(64), manifest256: '2'.repeat(64) };
const make = () => softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });

export async function verifyBench(): Promise<readonly Comparison[]> {
  return [await bundleOf(3), await bundleOf(100)];
}

/** @param people besides two founders, each enrolled by both. */
async function bundleOf(people: number): Promise<Comparison> {
  const log = testLog();
  const founders = ['kim', 'lee'].map((person) => ({ person, key: make() }));
  const others = Array.from({ length: people }, (_, i) => ({ person: `person-${i}`, key: make() }));
  const said = others.map(
    (holder, i): Said => ({
      ...{ type: 'enrolment', index: i + 1, at: NOW - 48 * 3_600_000 },
      body: cosigned(
        enrolmentStatement(subjectOf(holder), RP.rpId, i.toString(16).padStart(32, '0'), termFrom(NOW)),
        founders.map((f) => f.key),
      ),
    }),
  );
  const trust = utf8(trustFileOf(founders, log, { said }));
  const [signer] = others;
  const envelope = signer?.key.signEnvelope(signoffBytes({ signer: { ...signoffInput().signer, person: signer.person } })) ?? new Uint8Array(0);
  const parts = log.recordAll([...said.map((s) => s.body), utf8('genesis'), envelope]).at(-1);
  if (parts === undefined) throw new Error('nothing was logged');
  const bundle = utf8(formatBundle([parts]));
  const subject = (): void => {
    const [trusted, read] = [parseTrust(trust), parseBundle(bundle)];
    if (!trusted.ok || !read.ok || verifyBundle(read.value, trusted.value, LANDED).length > 0) throw new Error('the bundle does not verify');
  };
  const signatures = people * 2 + 1;
  return compare({
    name: `verify: a bundle under a trust file of ${people + 2} people`,
    baseline: `${signatures} ECDSA verifications`,
    turns: 25,
    subject,
    against: bare(signatures),
  });
}

function bare(count: number): () => void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = utf8('m');
  const signature = sign('sha256', message, privateKey);
  return () => {
    for (let i = 0; i < count; i++) if (!verify('sha256', message, publicKey, signature)) throw new Error('the signature does not verify');
  };
}
